// @ts-check

/**
 * The server's time, as its answers' `Date` tells it. A fan's clock may be minutes off, or be set while they wait;
 * `performance.now()` only ever runs on.
 */
let offset = Date.now() - performance.now();
let known = false;

/** @param {Response} response */
export function observe(response) {
  const date = Date.parse(response.headers.get('date') ?? '');
  if (Number.isNaN(date)) {
    return;
  }
  // `Date` is cut to whole seconds and was written a moment ago: the latest reading is the nearest.
  const seen = date - performance.now();
  if (!known || seen > offset || offset - seen > 2_000) {
    offset = seen;
    known = true;
  }
}

/** Milliseconds since the epoch, by the server's clock. */
export function serverNow() {
  return performance.now() + offset;
}

/**
 * Milliseconds until an instant, by the server's clock; negative once it has passed.
 *
 * @param {string} instant
 */
export function until(instant) {
  return Date.parse(instant) - serverNow();
}
