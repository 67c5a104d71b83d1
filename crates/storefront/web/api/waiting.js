// @ts-check

/** @param {AbortSignal} signal */
function endedBy(signal) {
  return signal.reason instanceof Error ? signal.reason : new DOMException('ended', 'AbortError');
}

/**
 * Resolves after `ms`, or as soon as the browser is back on the network; rejects when `signal` ends.
 *
 * @param {number} ms
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(endedBy(signal));
      return;
    }
    const over = new AbortController();
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      over.abort();
      resolve();
    }
    const ended = () => {
      clearTimeout(timer);
      over.abort();
      reject(endedBy(signal));
    };
    signal.addEventListener('abort', ended, { signal: over.signal });
    addEventListener('online', done, { signal: over.signal });
  });
}

/**
 * A time a little longer than told, so that a hall full of browsers does not come back at once.
 *
 * @param {number} ms
 */
export function withJitter(ms) {
  return ms * (1 + Math.random() * 0.2);
}

/**
 * How long to wait before attempt number `attempt` (from 1) after a failure: 0.5 s, 1 s, 2 s … at most 15 s, any
 * time in the upper half of it.
 *
 * @param {number} attempt
 */
export function backoff(attempt) {
  const longest = Math.min(15_000, 500 * 2 ** (attempt - 1));
  return longest / 2 + (Math.random() * longest) / 2;
}

/** @param {unknown} error */
export function isEnd(error) {
  return error instanceof DOMException && error.name === 'AbortError';
}
