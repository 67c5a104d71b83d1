// @ts-check
import { element } from '../../elements/element.js';
import { performanceChoice } from '../elements/performance-choice.js';
import { Inspector } from '../seats/inspector.js';
import { t } from '../../text/language.js';
import { w } from '../text/words.js';

/** Holds come first: they are what can be stuck. */
const STATUSES = /** @type {const} */ (['held', 'paying', 'confirmed', 'released', 'expired', 'cancelled']);

/**
 * The inspector of seats that are stuck.
 *
 * @param {import('../app.js').At} at
 * @returns {import('../../navigation.js').Page}
 */
export function seatsPage({ signal }) {
  const inspector = new Inspector(signal);
  /** @type {string | null} */
  let scheduleId = null;
  const status = element(
    'select',
    { id: 'status', class: 'field' },
    ...STATUSES.map((one) => element('option', { value: one }, t(`status.${one}`))),
    element('option', { value: '' }, w('inspector.any')),
  );
  const seat = element('input', { id: 'seat', class: 'field', autocomplete: 'off', inputmode: 'numeric' });
  const look = () => void inspector.look(scheduleId, { status: status.value, seat: seat.value.trim() });
  const choice = performanceChoice(signal, (picked) => {
    scheduleId = picked;
    look();
  });
  status.addEventListener('change', look);
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    look();
  };
  const filter = element(
    'form',
    { class: 'choice-line filter', onsubmit: submit, novalidate: true },
    element('div', { class: 'entry' }, element('label', { for: 'status' }, w('inspector.status')), status),
    element('div', { class: 'entry' }, element('label', { for: 'seat' }, w('inspector.seat')), seat),
    element('button', { type: 'submit', class: 'button' }, w('inspector.look')),
  );
  return {
    title: w('seats.title'),
    body: [
      element('p', { class: 'lead' }, w('inspector.lead')),
      element('section', { class: 'card panel which', 'aria-label': w('inspector.which') }, choice, filter),
      inspector.view,
    ],
  };
}
