// @ts-check

/** Whether the operator has stopped the figures to look at them. */
let frozen = false;
const CHANGED = 'boxoffice-frozen';

export function isFrozen() {
  return frozen;
}

/** @param {boolean} now */
export function freeze(now) {
  frozen = now;
  dispatchEvent(new Event(CHANGED));
}

const isWatched = () => !frozen && document.visibilityState === 'visible';

/**
 * Resolves once somebody looks at figures that go on: what nobody sees need not be asked for.
 *
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export function watched(signal) {
  return new Promise((resolve, reject) => {
    if (isWatched() && !signal.aborted) {
      resolve();
      return;
    }
    const over = new AbortController();
    const look = () => {
      if (!signal.aborted && !isWatched()) return;
      over.abort();
      if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    document.addEventListener('visibilitychange', look, { signal: over.signal });
    addEventListener(CHANGED, look, { signal: over.signal });
    signal.addEventListener('abort', look, { signal: over.signal });
    if (signal.aborted) look();
  });
}
