// @ts-check
import { element, say } from '../../elements/element.js';
import { count, won } from '../../text/format.js';
import { t } from '../../text/language.js';
import { drawn, redraw } from '../elements/svg.js';
import { w } from '../text/words.js';

/** @typedef {import('../api/types.js').NewSection} NewSection */

/** As the server has it: more than the largest stadium sells. */
export const MOST_SEATS = 100_000;
/** What the stage takes in front of the first row, in seat widths, as on the fan's map. */
const STAGE = 8;
const TONES = 6;

/** A seat plan as the fan's map will show it, and what it comes to. */
export function preview() {
  const picture = drawn('svg', { class: 'plan-picture', role: 'img' });
  const total = element('p', { class: 'plan-total digits', role: 'status' });
  const view = element('div', { class: 'plan' }, picture, total);
  return {
    view,
    /** @param {NewSection[]} sections */
    show: (sections) => {
      const good = sections.filter(({ rows, seatsPerRow }) => rows > 0 && seatsPerRow > 0);
      const seats = seatsOf(good);
      const value = good.reduce((sum, { rows, seatsPerRow, price }) => sum + rows * seatsPerRow * price, 0);
      const words = w('plan.total', { seats: count(seats), value: won(value) });
      say(total, words);
      redraw(picture, { 'aria-label': words });
      if (seats > 0 && seats <= MOST_SEATS) draw(picture, good);
      else picture.replaceChildren();
    },
  };
}

/** @param {NewSection[]} sections */
export function seatsOf(sections) {
  return sections.reduce((sum, { rows, seatsPerRow }) => sum + rows * seatsPerRow, 0);
}

/**
 * @param {SVGSVGElement} picture
 * @param {NewSection[]} sections
 */
function draw(picture, sections) {
  const widest = Math.max(24, ...sections.map(({ seatsPerRow }) => seatsPerRow));
  const depth = sections.reduce((sum, { rows }) => sum + rows + 1, 0);
  redraw(picture, { viewBox: `${-widest / 2 - 1} ${-STAGE} ${widest + 2} ${depth + STAGE + 1}` });
  const prices = [...new Set(sections.map(({ price }) => price))].sort((one, other) => other - one);
  const letters = Math.max(1.6, (depth + STAGE) / 20);
  let front = 0;
  const blocks = sections.map(({ name, rows, seatsPerRow, price }, index) => {
    const [x, y] = [-seatsPerRow / 2, front + 0.5];
    front += rows + 1;
    const id = `plan-seats-${index}`;
    const seat = drawn('circle', { class: `plan-tone-${prices.indexOf(price) % TONES}`, cx: 0.5, cy: 0.5, r: 0.38 });
    const label = drawn('text', { class: 'plan-name', x: 0, y: y + rows / 2, 'font-size': letters });
    label.textContent = name;
    return [
      drawn('pattern', { id, x, y, width: 1, height: 1, patternUnits: 'userSpaceOnUse' }, seat),
      drawn('rect', { x, y, width: seatsPerRow, height: rows, fill: `url(#${id})` }),
      // Where there is no room for a name, its field stands beside.
      ...(rows >= letters ? [label] : []),
    ];
  });
  const stage = drawn('text', { class: 'plan-stage-name', x: 0, y: -4.2, 'font-size': Math.min(3, letters) });
  stage.textContent = t('map.stage');
  picture.replaceChildren(
    drawn('rect', { class: 'plan-stage', x: -widest / 4, y: -7, width: widest / 2, height: 5.4, rx: 1 }),
    stage,
    ...blocks.flat(),
  );
}
