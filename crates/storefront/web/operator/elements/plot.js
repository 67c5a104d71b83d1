// @ts-check
import { element, say } from '../../elements/element.js';
import { span, time } from '../../text/format.js';
import { GAP_MS } from '../live/series.js';
import { w } from '../text/words.js';
import { drawn, redraw } from './svg.js';

/** Pixels from dot to dot: the pitch of the line that a ticket tears along. */
const PITCH = 6;
/** A limit that is so many times the highest reading would press the line to the ground: it is not drawn. */
const FAR = 4;

let plots = 0;

/** @typedef {import('../live/series.js').Point} Point */

/**
 * The last minutes of a figure: a line over a field of dots that are lit below it. What it shows is in its name, too.
 *
 * @param {string} name
 * @param {(value: number) => string} format
 * @param {number} [least] what its height is at least
 */
export function plot(name, format, least = 1) {
  plots += 1;
  const [off, on] = [`dots-off-${plots}`, `dots-on-${plots}`];
  const ground = drawn('rect', { width: '100%', height: '100%', fill: `url(#${off})` });
  const area = drawn('path', { fill: `url(#${on})` });
  const line = drawn('path', { class: 'plot-line' });
  const head = drawn('circle', { class: 'plot-head', r: 3.5, cx: -10, cy: -10 });
  const limit = drawn('path', { class: 'plot-limit' });
  const rule = drawn('path', { class: 'plot-rule' });
  const picture = drawn(
    'svg',
    { class: 'plot-picture', role: 'img', 'aria-label': name },
    drawn('defs', {}, dots(off, 'plot-off'), dots(on, 'plot-on')),
    ground,
    area,
    limit,
    line,
    head,
    rule,
  );
  const [from, top] = [element('span', {}), element('span', { class: 'plot-top' })];
  const view = element(
    'div',
    { class: 'plot' },
    picture,
    element('p', { class: 'plot-foot digits', 'aria-hidden': 'true' }, from, top),
  );

  /** @type {{ x: number, point: Point }[]} */
  let places = [];
  /** @type {number | null} */
  let pointer = null;
  let highestText = '';
  // What the line was under the pointer stands where its highest stood.
  const look = () => {
    const near = pointer === null ? undefined : nearest(places, pointer);
    redraw(rule, { d: near ? `M${near.x} 0V400` : '' });
    say(top, near ? w('plot.at', { value: format(near.point.value), time: time(dateOf(near.point)) }) : highestText);
  };
  picture.addEventListener('pointermove', (event) => {
    pointer = event.offsetX;
    look();
  });
  picture.addEventListener('pointerleave', () => {
    pointer = null;
    look();
  });

  /**
   * @param {Point[]} points
   * @param {number} spanMs
   * @param {number | null} [bound] what the figure cannot exceed
   */
  const show = (points, spanMs, bound = null) => {
    const { width, height } = picture.getBoundingClientRect();
    const now = points.at(-1)?.at ?? 0;
    const seen = points.filter((point) => point.at >= now - spanMs);
    const values = seen.map((point) => point.value);
    const highest = Math.max(0, ...values);
    const bounded = bound !== null && bound > 0 && bound <= Math.max(least, highest) * FAR;
    const full = Math.max(least, highest, bounded ? bound : 0) * 1.08;
    redraw(picture, { viewBox: `0 0 ${Math.max(1, width)} ${Math.max(1, height)}` });
    /** @param {Point} point */
    const place = ({ at, value }) => ({
      x: width - 5 - ((now - at) / spanMs) * (width - 5),
      y: height - 2 - (value / full) * (height - 8),
    });
    const strokes = runs(seen).map((run) => run.map(place));
    redraw(line, { d: strokes.map(pathOf).join('') });
    redraw(area, { d: strokes.map((stroke) => closed(stroke, height)).join('') });
    const last = strokes.at(-1)?.at(-1);
    redraw(head, { cx: last?.x ?? -10, cy: last?.y ?? -10 });
    const y = height - 2 - ((bound ?? 0) / full) * (height - 8);
    redraw(limit, { d: bounded ? `M0 ${y}H${width}` : '' });
    say(from, w('plot.last', { span: span(spanMs / 1000) }));
    places = seen.map((point) => ({ x: place(point).x, point }));
    highestText = w('plot.top', { value: format(highest) });
    look();
    const [lowest, latest] = [Math.min(...values), values.at(-1)];
    if (latest !== undefined) {
      const about = { name, span: span(spanMs / 1000), low: format(lowest), high: format(highest), now: format(latest) };
      redraw(picture, { 'aria-label': w('plot.label', about) });
    }
  };
  return { view, show };
}

/**
 * @param {{ x: number, point: Point }[]} places
 * @param {number} pointer
 */
function nearest(places, pointer) {
  return places.reduce(
    (/** @type {{ x: number, point: Point } | undefined} */ best, place) =>
      best && Math.abs(best.x - pointer) <= Math.abs(place.x - pointer) ? best : place,
    undefined,
  );
}

/** @param {Point} point */
function dateOf({ at }) {
  return new Date(performance.timeOrigin + at);
}

/**
 * @param {string} id
 * @param {string} kind
 */
function dots(id, kind) {
  const dot = drawn('circle', { class: kind, cx: PITCH / 2, cy: PITCH / 2, r: 1.1 });
  return drawn('pattern', { id, width: PITCH, height: PITCH, patternUnits: 'userSpaceOnUse' }, dot);
}

/**
 * Readings that follow each other without a gap.
 *
 * @param {Point[]} points
 */
function runs(points) {
  /** @type {Point[][]} */
  const all = [];
  for (const point of points) {
    const run = all.at(-1);
    const before = run?.at(-1);
    if (run && before && point.at - before.at <= GAP_MS) run.push(point);
    else all.push([point]);
  }
  return all;
}

/** @param {{ x: number, y: number }[]} stroke */
function pathOf(stroke) {
  return stroke.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');
}

/**
 * @param {{ x: number, y: number }[]} stroke
 * @param {number} ground
 */
function closed(stroke, ground) {
  const [first, last] = [stroke[0], stroke.at(-1)];
  return first && last ? `${pathOf(stroke)}V${ground}H${first.x.toFixed(1)}Z` : '';
}
