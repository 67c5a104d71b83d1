// @ts-check
import { element, say } from '../../elements/element.js';
import { count, percent } from '../../text/format.js';
import { w } from '../text/words.js';

/** @typedef {import('../api/types.js').Sales['seats']} Seats */

/** @type {(keyof Omit<Seats, 'total'>)[]} */
const PARTS = ['sold', 'paying', 'held', 'available', 'blocked'];

/** All seats of a performance as one bar, and what each part of it is. */
export function seatBar() {
  const parts = PARTS.map((name) => element('span', { class: `bar-part bar-${name}` }));
  const values = PARTS.map(() => element('strong', { class: 'digits' }, '–'));
  const shares = PARTS.map(() => element('span', { class: 'quiet digits' }));
  const items = PARTS.map((name, index) =>
    element(
      'li',
      {},
      element('span', { class: `bar-sign bar-${name}`, 'aria-hidden': 'true' }),
      element('span', {}, w(`seats.${name}`)),
      values[index],
      shares[index],
    ),
  );
  const view = element(
    'div',
    { class: 'bar-block' },
    element('div', { class: 'bar', 'aria-hidden': 'true' }, ...parts),
    element('ul', { class: 'bar-legend' }, ...items),
  );
  return {
    view,
    /** @param {Seats} seats */
    show: (seats) => {
      PARTS.forEach((name, index) => {
        const share = seats.total === 0 ? 0 : seats[name] / seats.total;
        const [part, value, beside, item] = [parts[index], values[index], shares[index], items[index]];
        if (!part || !value || !beside || !item) return;
        part.style.setProperty('--share', String(share));
        part.hidden = seats[name] === 0;
        item.hidden = name === 'blocked' && seats[name] === 0;
        say(value, count(seats[name]));
        say(beside, percent(share));
      });
    },
  };
}
