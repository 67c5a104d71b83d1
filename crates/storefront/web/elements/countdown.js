// @ts-check

/**
 * Calls `show` with what is left, four times a second, and `ended` once. Time runs by `performance.now()` from what the
 * server said was left, so a fan's clock does not matter.
 *
 * @param {number} leftMs
 * @param {AbortSignal} signal
 * @param {(leftMs: number) => void} show
 * @param {() => void} ended
 * @returns {(leftMs: number) => void} sets it right: that clock stands still while a phone sleeps
 */
export function countdown(leftMs, signal, show, ended) {
  let end = performance.now() + leftMs;
  const tick = () => {
    const left = end - performance.now();
    show(Math.max(0, left));
    if (left > 0) return;
    clearInterval(timer);
    ended();
  };
  const timer = setInterval(tick, 250);
  signal.addEventListener('abort', () => clearInterval(timer));
  tick();
  return (nowLeftMs) => {
    end = performance.now() + nowLeftMs;
    tick();
  };
}
