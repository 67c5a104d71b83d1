// @ts-check
import { element, say } from '../../elements/element.js';
import { count, span, won } from '../../text/format.js';
import { sales } from '../api/sales.js';
import { age } from '../elements/age.js';
import { figure } from '../elements/figure.js';
import { performanceChoice } from '../elements/performance-choice.js';
import { readings } from '../live/reading.js';
import { Series, seriesOf } from '../live/series.js';
import { isWord, w } from '../text/words.js';
import { seatBar } from './bar.js';

/** A payment without an answer is given up after so long; one that is older is one to look at. */
const LONG_SECONDS = 20;

/**
 * What has been sold of one performance, what is held, and where the payments are.
 *
 * @param {AbortSignal} signal
 */
export function salesPanel(signal) {
  const view = element('section', { class: 'card panel', 'aria-labelledby': 'sales' });
  const old = age(view);
  const body = element('div', { class: 'panel-body' });
  let looking = new AbortController();
  const choice = performanceChoice(signal, (scheduleId) => {
    looking.abort(new DOMException('another performance', 'AbortError'));
    looking = new AbortController();
    const shown = scheduleId === null ? null : new Shown(scheduleId);
    body.replaceChildren(shown?.view ?? element('p', { class: 'quiet' }, w('sales.none')));
    if (!shown || scheduleId === null) return;
    void readings(
      AbortSignal.any([signal, looking.signal]),
      (until) => sales(scheduleId, until),
      (told) => {
        old.show(told);
        if (told.trouble === null && told.value) shown.heard(told.value);
      },
    );
  });
  view.append(element('h2', { id: 'sales' }, w('sales.title')), choice, old.view, body);
  return view;
}

class Shown {
  /** @param {string} scheduleId */
  constructor(scheduleId) {
    this.soldSeries = seriesOf(`${scheduleId}.sold`, Series);
    this.heldSeries = seriesOf(`${scheduleId}.held`, Series);
    this.freeSeries = seriesOf(`${scheduleId}.free`, Series);
    this.sold = figure(w('seats.sold'), count);
    this.held = figure(w('sales.held'), count);
    this.free = figure(w('seats.available'), count);
    this.bar = seatBar();
    this.amount = element('strong', { class: 'digits' }, '–');
    this.oldest = element('strong', { class: 'digits' }, '–');
    this.payments = element('dl', { class: 'tally' });
    this.reservations = element('dl', { class: 'tally' });
    this.view = element(
      'div',
      { class: 'panel-body' },
      this.bar.view,
      element('div', { class: 'figures' }, this.sold.view, this.held.view, this.free.view),
      element(
        'dl',
        { class: 'sums' },
        element('div', {}, element('dt', {}, w('sales.amount')), element('dd', {}, this.amount)),
        element('div', {}, element('dt', {}, w('sales.oldest')), element('dd', {}, this.oldest)),
      ),
      element(
        'div',
        { class: 'tallies' },
        element('div', {}, element('h3', {}, w('sales.payments')), this.payments),
        element('div', {}, element('h3', {}, w('sales.reservations')), this.reservations),
      ),
    );
  }

  /** @param {import('../api/types.js').Sales} now */
  heard({ seats, payments, reservations, oldestProcessingSeconds: oldest, salesAmount }) {
    this.soldSeries.add(seats.sold);
    this.heldSeries.add(seats.held + seats.paying);
    this.freeSeries.add(seats.available);
    this.sold.show(seats.sold, this.soldSeries, { bound: seats.total });
    this.held.show(seats.held + seats.paying, this.heldSeries);
    this.free.show(seats.available, this.freeSeries, { bound: seats.total });
    this.bar.show(seats);
    say(this.amount, won(salesAmount));
    say(this.oldest, oldest === null ? w('sales.noneProcessing') : span(oldest));
    this.oldest.classList.toggle('bad', (oldest ?? 0) > LONG_SECONDS);
    tally(this.payments, 'payment', payments);
    tally(this.reservations, 'reservation', reservations);
  }
}

/**
 * So many of each. A state that has no word here is shown by its name.
 *
 * @param {HTMLElement} list
 * @param {'payment' | 'reservation'} kind
 * @param {Record<string, number>} counts
 */
function tally(list, kind, counts) {
  const entries = Object.entries(counts);
  if (list.childElementCount !== entries.length) {
    list.replaceChildren(
      ...entries.map(([state]) => {
        const key = `${kind}.${state}`;
        return element('div', {}, element('dt', {}, isWord(key) ? w(key) : state), element('dd', { class: 'digits' }));
      }),
    );
  }
  entries.forEach(([, n], index) => {
    const value = list.children[index]?.lastElementChild;
    if (value) say(value, count(n));
    list.children[index]?.classList.toggle('nought', n === 0);
  });
}
