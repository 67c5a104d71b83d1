// @ts-check
import { announce } from '../../elements/announce.js';
import { element } from '../../elements/element.js';
import { notice } from '../../elements/notice.js';
import { count, moment } from '../../text/format.js';
import { addSchedule } from '../api/catalogue.js';
import { field, showFaults } from '../elements/field.js';
import { instantInput, instantOf } from '../elements/instant.js';
import { refusalOfForm } from '../elements/outcome.js';
import { once } from '../session/command.js';
import { w } from '../text/words.js';
import { MOST_SEATS, preview, seatsOf } from './preview.js';
import { Sections } from './sections.js';

/**
 * Another performance of a concert, with its seats.
 *
 * @param {string} concertId
 * @param {AbortSignal} signal
 * @param {() => void} added
 */
export function scheduleForm(concertId, signal, added) {
  const starts = instantInput('starts');
  const when = field(w('plan.starts'), starts, { hint: w('concert.seoul') });
  const drawing = preview();
  const sections = new Sections(() => drawing.show(sections.values));
  const outcome = element('div', { class: 'stack', 'aria-live': 'polite' });
  const button = element('button', { type: 'submit', class: 'button button-main' }, w('plan.publish'));

  const fields = () => new Map([['startsAt', when], ...sections.fields]);
  const check = () => {
    const faults = sections.check();
    if (instantOf(starts) === null) faults.unshift({ field: 'startsAt', message: w('form.instant') });
    return faults;
  };
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    outcome.replaceChildren();
    const faults = check();
    showFaults(fields(), faults);
    if (faults.length > 0) return;
    if (seatsOf(sections.values) > MOST_SEATS) {
      outcome.replaceChildren(notice('trouble', w('plan.tooMany', { most: count(MOST_SEATS) })));
      return;
    }
    const body = { startsAt: instantOf(starts) ?? '', sections: sections.values };
    button.disabled = true;
    outcome.replaceChildren(element('p', { class: 'quiet waiting-dots', role: 'status' }, w('plan.publishing')));
    try {
      const made = await once(`schedule.${concertId}`, body, (key) => addSchedule(concertId, body, key, signal));
      const done = w('plan.done', { when: moment(made.startsAt), seats: count(made.seatsTotal) });
      outcome.replaceChildren(notice('good', done));
      announce(done);
      added();
    } catch (error) {
      if (signal.aborted) return;
      const said = refusalOfForm(error, fields());
      outcome.replaceChildren(...(said ? [said] : []));
    } finally {
      button.disabled = false;
    }
  };
  sections.begin();
  return element(
    'form',
    { class: 'plan-form', onsubmit: submit, novalidate: true },
    element('div', { class: 'stack plan-fields' }, when.view, sections.view),
    element('div', { class: 'stack plan-side' }, drawing.view, button, outcome),
  );
}
