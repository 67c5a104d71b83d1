// @ts-check
import { concerts } from '../../api/catalogue.js';
import { command } from './admin.js';

/**
 * @typedef {import('../../api/types.js').Concert} Concert
 * @typedef {import('../../api/types.js').Schedule} Schedule
 */

/**
 * Every concert there is.
 *
 * @param {AbortSignal} signal
 * @returns {Promise<Concert[]>}
 */
export async function allConcerts(signal) {
  /** @type {Concert[]} */
  const all = [];
  /** @type {string | null} */
  let cursor = null;
  do {
    const page = await concerts(cursor, signal);
    all.push(...page.concerts);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return all;
}

/**
 * @param {string} concertId
 * @param {AbortSignal} signal
 * @returns {Promise<Schedule[]>} by their start
 */
export async function schedules(concertId, signal) {
  return (await command(`/v1/admin/concerts/${concertId}/schedules`, { signal })).schedules;
}

/**
 * @param {import('./types.js').NewConcert} body
 * @param {string} key
 * @param {AbortSignal} signal
 * @returns {Promise<Concert>}
 */
export async function addConcert(body, key, signal) {
  return command('/v1/admin/concerts', { method: 'POST', body, key, signal });
}

/**
 * @param {string} concertId
 * @param {import('./types.js').NewSchedule} body
 * @param {string} key
 * @param {AbortSignal} signal
 * @returns {Promise<{ scheduleId: string, startsAt: string, seatsTotal: number }>}
 */
export async function addSchedule(concertId, body, key, signal) {
  return command(`/v1/admin/concerts/${concertId}/schedules`, { method: 'POST', body, key, signal });
}
