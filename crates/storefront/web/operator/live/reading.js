// @ts-check
import { isEnd, pause } from '../../api/waiting.js';
import { watched } from './watched.js';

/** How often figures are read while somebody looks at them. */
export const EVERY_MS = 2_000;

/**
 * @template Value
 * @typedef {object} Told
 * @property {Value | null} value the last that was heard
 * @property {Date | null} heardAt
 * @property {unknown} trouble why the last look told nothing, `null` where it told something
 */

/**
 * Reads something again and again, and tells what came of each look. One that is not answered stands for itself: the
 * others go on.
 *
 * @template Value
 * @param {AbortSignal} signal
 * @param {(signal: AbortSignal) => Promise<Value>} look
 * @param {(told: Told<Value>) => void} tell
 */
export async function readings(signal, look, tell) {
  /** @type {Told<Value>} */
  let told = { value: null, heardAt: null, trouble: null };
  try {
    for (;;) {
      await watched(signal);
      const began = performance.now();
      try {
        told = { value: await look(signal), heardAt: new Date(), trouble: null };
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        told = { ...told, trouble: error };
      }
      tell(told);
      await pause(Math.max(0, EVERY_MS - (performance.now() - began)), signal);
    }
  } catch (error) {
    if (!isEnd(error)) throw error;
  }
}
