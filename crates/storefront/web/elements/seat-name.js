// @ts-check
import { t } from '../text/language.js';
import { element } from './element.js';

/** @typedef {{ section: string, row: number, number: number }} Named */

/** @param {Named} seat */
export function seatName({ section, row, number }) {
  return t('seat.name', { section, row, number });
}

/** @param {Named[]} seats */
export function seatList(seats) {
  const sorted = [...seats].sort((one, other) => one.number - other.number);
  return element('ul', { class: 'seat-names' }, ...sorted.map((seat) => element('li', {}, seatName(seat))));
}
