// @ts-check
import { isEnd } from '../api/waiting.js';

/**
 * Does `work` in one tab of this browser at a time: a place in line is asked about once, however many tabs show it. A
 * tab that comes to the front takes over, since browsers slow the timers of hidden ones; a closed one hands over.
 *
 * @param {string} name
 * @param {AbortSignal} signal
 * @param {(signal: AbortSignal) => Promise<void>} work ends by itself when there is no more to do
 * @returns {Promise<void>}
 */
export async function inOneTab(name, signal, work) {
  // Not there on plain http other than localhost: then each tab asks, and the server spaces them out.
  if (!navigator.locks) return work(signal);
  let steal = document.visibilityState === 'visible';
  for (;;) {
    const turn = new AbortController();
    const either = AbortSignal.any([signal, turn.signal]);
    let mine = false;
    const comeForward = () => {
      if (!mine && document.visibilityState === 'visible') turn.abort();
    };
    // Two windows side by side are both visible: the one that is clicked on takes over.
    addEventListener('focus', comeForward, { signal: either });
    document.addEventListener('visibilitychange', comeForward, { signal: either });
    try {
      const how = steal ? { steal } : { signal: either };
      await navigator.locks.request(`boxoffice.${name}`, how, async () => {
        mine = true;
        await work(either);
      });
      turn.abort();
      return;
    } catch (error) {
      const forward = !mine && turn.signal.aborted;
      turn.abort();
      if (signal.aborted) throw signal.reason;
      const stolen = mine && isEnd(error);
      if (!stolen && !forward) throw error;
      steal = forward;
    }
  }
}
