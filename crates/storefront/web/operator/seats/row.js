// @ts-check
import { serverNow, until } from '../../api/server-clock.js';
import { element } from '../../elements/element.js';
import { seatName } from '../../elements/seat-name.js';
import { count, moment, span, won } from '../../text/format.js';
import { t } from '../../text/language.js';
import { isWord, w } from '../text/words.js';

/** @typedef {import('../api/types.js').Reservation} Reservation */

/** The columns, in their order. */
const COLUMNS = /** @type {const} */ (['age', 'seats', 'status', 'payment', 'amount', 'fan']);

/** The columns' names, for those who see a table; who hears one has each name beside its value. */
export function rowHead() {
  return element(
    'div',
    { class: 'row row-head', 'aria-hidden': 'true' },
    ...COLUMNS.map((column) => element('span', {}, w(`row.${column}`))),
    element('span', {}),
  );
}

/**
 * One reservation and what can be done about it.
 *
 * @param {Reservation} held
 * @param {(() => void) | null} release
 */
export function row(held, release) {
  const values = {
    age: ageOf(held),
    seats: element('ul', { class: 'row-seats' }, ...held.seats.map((seat) => element('li', {}, seatName(seat)))),
    status: statusOf(held),
    payment: paymentOf(held),
    amount: element('span', { class: 'digits' }, won(held.amount)),
    fan: element('span', { class: 'ids' }, held.userId),
  };
  const facts = COLUMNS.map((column) =>
    element('div', { class: `row-${column}` }, element('dt', {}, w(`row.${column}`)), element('dd', {}, values[column])),
  );
  const names = held.seats.map(seatName).join(', ');
  const button = release
    ? element(
        'button',
        { type: 'button', class: 'button button-small', 'data-do': 'release', onclick: release },
        w('release.action'),
        element('span', { class: 'unseen' }, ` – ${names}`),
      )
    : element('span', { class: 'quiet small' }, whyNot(held));
  return element(
    'div',
    { class: 'row' },
    element('dl', { class: 'row-facts' }, ...facts),
    element('div', { class: 'row-do' }, button),
  );
}

/** @param {Reservation} held */
function ageOf({ createdAt }) {
  return element(
    'span',
    { class: 'digits', title: moment(createdAt) },
    span(Math.max(1, (serverNow() - Date.parse(createdAt)) / 1000)),
  );
}

/** @param {Reservation} held */
function statusOf(held) {
  const left = until(held.expiresAt) / 1000;
  const more =
    held.status !== 'held' ? null : left > 0 ? w('row.left', { span: span(left) }) : w('row.lapsed', { span: span(-left) });
  const state = held.status === 'held' || held.status === 'paying' || held.status === 'confirmed' ? 'good' : 'quiet';
  return element(
    'div',
    {},
    element('span', { class: `state state-${state}` }, t(`status.${held.status}`)),
    more ? element('p', { class: 'quiet small digits' }, more) : null,
    held.release ? element('p', { class: 'small' }, w('row.released', { reason: held.release.reason })) : null,
  );
}

/** @param {Reservation} held */
function paymentOf({ payment }) {
  if (!payment) return w('row.noPayment');
  const key = `payment.${payment.status}`;
  const seconds = Math.max(1, (serverNow() - Date.parse(payment.startedAt)) / 1000);
  return element(
    'div',
    {},
    isWord(key) ? w(key) : payment.status,
    element('p', { class: 'quiet small digits' }, w('row.paymentSince', { span: span(seconds) })),
  );
}

/** @param {Reservation} held */
function whyNot({ status }) {
  switch (status) {
    case 'paying':
      return w('row.paying');
    case 'confirmed':
      return w('row.sold');
    case 'held':
    case 'released':
    case 'expired':
    case 'cancelled':
      return '';
  }
}

/** @param {number} n */
export function rowsText(n) {
  return n === 0 ? w('inspector.none') : w('inspector.found', { n: count(n) });
}
