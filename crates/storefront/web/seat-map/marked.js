// @ts-check
import { element } from '../elements/element.js';
import { seatName } from '../elements/seat-name.js';
import { won } from '../text/format.js';
import { t } from '../text/language.js';

/**
 * The seats that the fan has marked, what they cost, and the button that holds them.
 *
 * @param {import('./model.js').SeatMap} map
 * @param {{ hold: () => void }} act
 */
export function markedPanel(map, { hold }) {
  const list = element('ul', { class: 'chips' });
  const sum = element('strong', { class: 'sum digits' });
  const none = element('p', { class: 'quiet' }, t('marked.none'));
  const button = element('button', { type: 'button', class: 'button button-main', onclick: hold }, t('marked.hold'));
  const show = () => {
    const seats = map.markedSeats;
    list.replaceChildren(...seats.map((seat) => chip(map, seat)));
    none.hidden = seats.length > 0;
    sum.textContent = won(seats.reduce((total, seat) => total + seat.price, 0));
    sum.hidden = seats.length === 0;
    button.disabled = seats.length === 0;
  };
  map.onChange(show);
  show();
  const view = element(
    'section',
    { class: 'marked', 'aria-labelledby': 'marked-title' },
    element('h2', { id: 'marked-title' }, t('marked.title')),
    none,
    list,
    element('div', { class: 'marked-foot' }, sum, button),
  );
  return {
    view,
    /** @param {boolean} busy */
    busy: (busy) => {
      button.disabled = busy || map.marked.size === 0;
      button.textContent = busy ? t('marked.holding') : t('marked.hold');
    },
  };
}

/**
 * @param {import('./model.js').SeatMap} map
 * @param {import('./model.js').Seat} seat
 */
function chip(map, seat) {
  const name = seatName(seat);
  const drop = () => map.toggle(seat.seatId);
  return element(
    'li',
    { class: 'chip chip-marked' },
    name,
    element('button', { type: 'button', class: 'chip-drop', 'aria-label': t('marked.drop', { seat: name }), onclick: drop }, '×'),
  );
}
