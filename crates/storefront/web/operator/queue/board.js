// @ts-check
import { element, say } from '../../elements/element.js';
import { facts, ticket } from '../../elements/ticket.js';
import { count, span } from '../../text/format.js';
import { figure } from '../elements/figure.js';
import { Counter, Series, seriesOf } from '../live/series.js';
import { w } from '../text/words.js';
import { askLimits } from './limits.js';
import { stateSwitch } from './state.js';

/** @typedef {import('../api/types.js').Queue} Queue */

/** One waiting room: how full it is, how it moves, and the operator's hand on it. */
export class Board {
  /**
   * @param {string} queueId
   * @param {AbortSignal} signal
   */
  constructor(queueId, signal) {
    this.signal = signal;
    /** @type {Queue | null} */
    this.queue = null;
    this.waitingSeries = seriesOf(`${queueId}.waiting`, Series);
    this.insideSeries = seriesOf(`${queueId}.admitted`, Series);
    this.admittedTotal = seriesOf(`${queueId}.admittedTotal`, Counter);
    this.rateSeries = seriesOf(`${queueId}.rate`, Series);
    this.name = element('h2', { class: 'board-name', id: `queue-${queueId}` });
    this.state = element('p', { class: 'board-state' });
    this.waiting = figure(w('queue.waiting'), count, { kind: 'figure-first' });
    this.inside = figure(w('queue.inside'), count);
    this.rate = figure(w('queue.rate'), count);
    this.switch = stateSwitch(signal, (change) => this.changed(change));
    this.most = element('span', { class: 'digits' });
    this.perMinute = element('span', { class: 'digits' });
    this.pass = element('span', { class: 'digits' });
    this.all = element('p', { class: 'board-all digits' });
    this.view = this.compose(queueId);
  }

  /** @param {string} queueId */
  compose(queueId) {
    const limits = element(
      'button',
      { type: 'button', class: 'button button-night', 'data-do': 'limits', onclick: () => void this.changeLimits() },
      w('limits.change'),
    );
    const view = ticket(
      [
        element('div', { class: 'board-head' }, this.name, this.state),
        element('div', { class: 'board-figures' }, this.waiting.view, this.inside.view, this.rate.view),
        this.all,
      ],
      [
        this.switch.view,
        facts([w('limits.maxActive'), this.most], [w('limits.admitPerMinute'), this.perMinute], [w('limits.passTtl'), this.pass]),
        limits,
      ],
      { kind: 'ticket-place board' },
    );
    view.setAttribute('aria-labelledby', `queue-${queueId}`);
    return view;
  }

  /** @param {Queue} queue */
  heard(queue) {
    this.waitingSeries.add(queue.waiting);
    this.insideSeries.add(queue.admitted);
    this.admittedTotal.add(queue.admittedTotal);
    // As many as this page has seen in the last minute: made up to a whole one they could exceed the limit.
    const { rise } = this.admittedTotal;
    if (rise !== null) this.rateSeries.add(rise.by);
    this.show(queue);
  }

  /** @param {Partial<Queue>} change */
  changed(change) {
    if (this.queue) this.show({ ...this.queue, ...change });
  }

  async changeLimits() {
    if (!this.queue) return;
    const limits = await askLimits(this.queue, this.signal);
    if (limits) this.changed(limits);
  }

  /** @param {Queue} queue */
  show(queue) {
    this.queue = queue;
    const { maxActive, admitPerMinute, passTtlSeconds } = queue;
    const rate = this.rateSeries.last;
    say(this.name, queue.name);
    say(this.state, w(`state.${queue.state}`));
    this.state.className = `board-state board-${queue.state}`;
    this.waiting.show(queue.waiting, this.waitingSeries);
    this.inside.show(queue.admitted, this.insideSeries, {
      beside: w('queue.of', { most: count(maxActive) }),
      bound: maxActive,
    });
    this.rate.show(rate, this.rateSeries, {
      beside: admitPerMinute === null ? '' : w('queue.of', { most: count(admitPerMinute) }),
      bound: admitPerMinute,
    });
    say(this.most, w('queue.people', { n: count(maxActive) }));
    say(this.perMinute, admitPerMinute === null ? w('limits.none') : w('queue.people', { n: count(admitPerMinute) }));
    say(this.pass, span(passTtlSeconds));
    say(this.all, totals(queue));
    this.switch.show(queue);
  }
}

/** @param {Queue} queue */
function totals({ joinedTotal, admittedTotal, finishedTotal }) {
  return w('queue.totals', {
    joined: count(joinedTotal),
    admitted: count(admittedTotal),
    finished: count(finishedTotal),
  });
}
