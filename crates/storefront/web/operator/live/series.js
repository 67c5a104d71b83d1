// @ts-check

/** How far back a plot goes. */
export const LONGEST_MS = 600_000;
/** A plot of less than this would be a few dots that rush by. */
const SHORTEST_MS = 60_000;
/** Between two readings that lie further apart nobody has looked: no line joins them. */
export const GAP_MS = 10_000;
/** Rates are those of this long, or of as long as there are readings. */
const RATE_MS = 60_000;
/** What happened in less than this says little of a minute. */
const LEAST_MS = 8_000;

/** @typedef {{ at: number, value: number }} Point `at` by `performance.now()` */

/** What was read in the last minutes, the oldest first. */
export class Series {
  constructor() {
    /** @type {Point[]} */
    this.points = [];
  }

  /**
   * @param {number} value
   * @param {number} [at]
   */
  add(value, at = performance.now()) {
    this.points.push({ at, value });
    const first = this.points.findIndex((point) => point.at >= at - LONGEST_MS - RATE_MS);
    this.points.splice(0, Math.max(0, first));
  }

  get last() {
    return this.points.at(-1)?.value ?? null;
  }

  /** @returns {number} milliseconds that a plot of it covers */
  get span() {
    const [first, last] = [this.points[0], this.points.at(-1)];
    const age = first && last ? last.at - first.at : 0;
    return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, age));
  }
}

/** A counter that only rises, until its process starts anew. */
export class Counter extends Series {
  /**
   * @override
   * @param {number} value
   * @param {number} [at]
   */
  add(value, at = performance.now()) {
    if (value < (this.last ?? 0)) this.points = [];
    super.add(value, at);
  }

  /** @returns {number | null} how much it rose in the last minute, or would have; unknown with too few readings */
  get perMinute() {
    const rise = this.rise;
    return rise === null || rise.ms < LEAST_MS ? null : (rise.by / rise.ms) * RATE_MS;
  }

  /** @returns {{ by: number, ms: number } | null} */
  get rise() {
    const last = this.points.at(-1);
    if (!last) return null;
    const from = this.points.find((point) => point.at >= last.at - RATE_MS);
    if (!from || from === last) return null;
    return { by: last.value - from.value, ms: last.at - from.at };
  }
}

/** @type {Map<string, Series>} */
const kept = new Map();

/**
 * The readings under a name: they outlast the page that shows them, until the tab goes.
 *
 * @template {Series} Kind
 * @param {string} name
 * @param {new () => Kind} kind
 * @returns {Kind}
 */
export function seriesOf(name, kind) {
  const known = kept.get(name);
  if (known instanceof kind) return known;
  const made = new kind();
  kept.set(name, made);
  return made;
}
