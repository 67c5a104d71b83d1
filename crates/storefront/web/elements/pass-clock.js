// @ts-check
import { until } from '../api/server-clock.js';
import { clock } from '../text/format.js';
import { t } from '../text/language.js';
import { announce } from './announce.js';
import { countdown } from './countdown.js';
import { element, say } from './element.js';

/** When a fan is told that their time inside is nearly over. */
const SOON_MS = 60_000;

/**
 * How long a fan is still inside.
 *
 * @param {string} expiresAt
 * @param {AbortSignal} signal
 * @param {() => void} ended
 */
export function passClock(expiresAt, signal, ended) {
  const left = element('strong', { class: 'digits' });
  let told = false;
  countdown(
    until(expiresAt),
    signal,
    (ms) => {
      say(left, clock(ms));
      if (ms < SOON_MS && !told) {
        told = true;
        announce(t('pass.soon'));
      }
    },
    ended,
  );
  return element('p', { class: 'pass-clock' }, element('span', { class: 'dot', 'aria-hidden': 'true' }), t('pass.inside'), ' ', left);
}
