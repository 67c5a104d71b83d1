// @ts-check
import { element } from '../../elements/element.js';
import { isEnd } from '../../api/waiting.js';
import { go } from '../../navigation.js';
import { addConcert } from '../api/catalogue.js';
import { queues } from '../api/queues.js';
import { field, showFaults } from '../elements/field.js';
import { instantInput, instantOf, nextHour } from '../elements/instant.js';
import { refusalOfForm } from '../elements/outcome.js';
import { paths } from '../paths.js';
import { once } from '../session/command.js';
import { w } from '../text/words.js';

/** A sale that is proposed lasts so long. */
const SALE_MS = 30 * 86_400_000;
const LONGEST = 200;

/**
 * @param {import('../app.js').At} at
 * @returns {import('../../navigation.js').Page}
 */
export function newConcertPage({ signal }) {
  const title = element('input', { id: 'title', maxlength: LONGEST, autocomplete: 'off' });
  const venue = element('input', { id: 'venue', maxlength: LONGEST, autocomplete: 'off' });
  const opens = instantInput('opens', nextHour());
  const closes = instantInput('closes', nextHour() + SALE_MS);
  const queue = element('select', { id: 'queue' }, element('option', { value: '' }, w('concert.mainQueue')));
  const fields = new Map([
    ['title', field(w('concert.title'), title)],
    ['venue', field(w('concert.venue'), venue)],
    ['salesOpenAt', field(w('concert.opens'), opens, { hint: w('concert.seoul') })],
    ['salesCloseAt', field(w('concert.closes'), closes, { hint: w('concert.seoul') })],
    ['queueId', field(w('concert.queue'), queue, { hint: w('concert.queueHint') })],
  ]);
  const outcome = element('div', { 'aria-live': 'polite' });
  const button = element('button', { type: 'submit', class: 'button button-main' }, w('concert.add'));
  void offerQueues(queue, signal);

  const check = () => {
    const faults = [];
    for (const [name, input] of /** @type {const} */ ([['title', title], ['venue', venue]])) {
      if (input.value.trim() === '') faults.push({ field: name, message: w('form.empty') });
    }
    const [from, to] = [instantOf(opens), instantOf(closes)];
    if (from === null) faults.push({ field: 'salesOpenAt', message: w('form.instant') });
    if (to === null) faults.push({ field: 'salesCloseAt', message: w('form.instant') });
    else if (from !== null && to <= from) faults.push({ field: 'salesCloseAt', message: w('concert.closesEarly') });
    return faults;
  };
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    outcome.replaceChildren();
    const faults = check();
    showFaults(fields, faults);
    if (faults.length > 0) return;
    const body = {
      title: title.value.trim(),
      venue: venue.value.trim(),
      salesOpenAt: instantOf(opens) ?? '',
      salesCloseAt: instantOf(closes) ?? '',
      ...(queue.value ? { queueId: queue.value } : {}),
    };
    button.disabled = true;
    try {
      const made = await once('concert', body, (key) => addConcert(body, key, signal));
      go(paths.concert(made.concertId));
    } catch (error) {
      if (signal.aborted) return;
      const said = refusalOfForm(error, fields);
      outcome.replaceChildren(...(said ? [said] : []));
    } finally {
      button.disabled = false;
    }
  };
  return {
    title: w('concerts.add'),
    body: [
      element(
        'form',
        { class: 'card form', onsubmit: submit, novalidate: true },
        ...[...fields.values()].map(({ view }) => view),
        outcome,
        element('div', { class: 'actions' }, button, element('a', { class: 'button', href: paths.concerts }, w('form.leave'))),
      ),
    ],
  };
}

/**
 * @param {HTMLSelectElement} select
 * @param {AbortSignal} signal
 */
async function offerQueues(select, signal) {
  try {
    const all = await queues(signal);
    select.append(...all.map(({ queueId, name }) => element('option', { value: queueId }, name)));
  } catch (error) {
    // The main queue can be chosen all the same.
    if (!isEnd(error) && !signal.aborted) select.disabled = true;
  }
}
