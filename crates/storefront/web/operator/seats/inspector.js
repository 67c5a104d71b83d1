// @ts-check
import { isEnd } from '../../api/waiting.js';
import { announce } from '../../elements/announce.js';
import { element } from '../../elements/element.js';
import { more } from '../../elements/more.js';
import { notice, trouble } from '../../elements/notice.js';
import { seatName } from '../../elements/seat-name.js';
import { t } from '../../text/language.js';
import { reservation, reservations } from '../api/sales.js';
import { w } from '../text/words.js';
import { askRelease } from './release.js';
import { row, rowHead, rowsText } from './row.js';

/**
 * @typedef {import('../api/types.js').Reservation} Reservation
 * @typedef {{ status: string, seat: string }} Wanted
 */

/** Who has which seats of a performance, and how seats that are stuck come free. */
export class Inspector {
  /** @param {AbortSignal} signal */
  constructor(signal) {
    this.signal = signal;
    this.scheduleId = '';
    this.asked = 0;
    this.news = element('div', { class: 'stack', 'aria-live': 'polite' });
    this.found = element('p', { class: 'quiet', role: 'status' });
    this.list = element('div', { class: 'stack' });
    this.view = element('div', { class: 'stack' }, this.news, this.found, this.list);
  }

  /**
   * @param {string | null} scheduleId
   * @param {Wanted} wanted
   */
  async look(scheduleId, wanted) {
    this.asked += 1;
    const mine = this.asked;
    this.scheduleId = scheduleId ?? '';
    if (!scheduleId) {
      this.list.replaceChildren(element('p', { class: 'card' }, w('sales.none')));
      return;
    }
    this.list.setAttribute('aria-busy', 'true');
    try {
      const first = await this.page(scheduleId, wanted, null);
      if (mine !== this.asked) return;
      this.found.textContent = first.next === null ? rowsText(first.items.length) : w('inspector.oldest', { n: first.items.length });
      if (first.items.length === 0) {
        this.list.replaceChildren();
        return;
      }
      const rows = element('ul', { class: 'rows' });
      const show = (/** @type {Reservation} */ held) => this.item(held);
      const load = (/** @type {string} */ cursor) => this.page(scheduleId, wanted, cursor);
      const pages = more({ list: rows, first, signal: this.signal, load, show });
      this.list.replaceChildren(element('div', { class: 'card rows-card' }, rowHead(), pages));
    } catch (error) {
      if (isEnd(error) || this.signal.aborted || mine !== this.asked) return;
      this.found.textContent = '';
      this.list.replaceChildren(trouble(error, () => void this.look(scheduleId, wanted)));
    } finally {
      if (mine === this.asked) this.list.removeAttribute('aria-busy');
    }
  }

  /**
   * @param {string} scheduleId
   * @param {Wanted} wanted
   * @param {string | null} cursor
   */
  async page(scheduleId, wanted, cursor) {
    const page = await reservations(scheduleId, wanted, cursor, this.signal);
    return { items: page.reservations, next: page.nextCursor };
  }

  /** @param {Reservation} held */
  item(held) {
    const slot = element('li', {});
    const show = (/** @type {Reservation} */ now) => {
      const release = now.status === 'held' ? () => void this.release(now, show) : null;
      slot.replaceChildren(row(now, release));
    };
    show(held);
    return slot;
  }

  /**
   * @param {Reservation} held
   * @param {(now: Reservation) => void} show
   */
  async release(held, show) {
    const { released, conflict } = await askRelease(held, this.signal);
    if (this.signal.aborted) return;
    if (released) {
      const seats = held.seats.map(seatName).join(', ');
      this.news.replaceChildren(notice('good', w('release.done', { seats })));
      announce(w('release.done', { seats }));
      show(released);
    } else if (conflict) {
      try {
        const now = await reservation(held.reservationId, this.signal);
        this.news.replaceChildren(notice('warning', w('release.changed', { status: t(`status.${now.status}`) })));
        show(now);
      } catch (error) {
        if (!this.signal.aborted) this.news.replaceChildren(trouble(error));
      }
    }
  }
}
