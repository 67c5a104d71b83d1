// @ts-check
import { serverNow } from '../../api/server-clock.js';
import { element } from '../../elements/element.js';

/** The pages speak of Seoul's time, wherever the browser is; Korea has no summer time. */
const SEOUL = '+09:00';
const SEOUL_MS = 9 * 3_600_000;

/**
 * A day and a time.
 *
 * @param {string} id
 * @param {number | null} [ms] since the epoch
 */
export function instantInput(id, ms = null) {
  return element('input', { id, type: 'datetime-local', required: true, value: ms === null ? '' : local(ms) });
}

/**
 * @param {HTMLInputElement} input
 * @returns {string | null} as v1 has it; `null`: there is none, or half of one
 */
export function instantOf({ value }) {
  const ms = Date.parse(`${value}${SEOUL}`);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/** The next full hour, by the server's clock. */
export function nextHour() {
  return Math.ceil(serverNow() / 3_600_000) * 3_600_000;
}

/** @param {number} ms */
function local(ms) {
  return new Date(ms + SEOUL_MS).toISOString().slice(0, 16);
}
