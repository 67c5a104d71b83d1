// @ts-check
import { newKey } from '../api/idempotency.js';
import { Problem } from '../api/problem.js';
import { hold } from '../api/reservations.js';
import { announce } from '../elements/announce.js';
import { element, say } from '../elements/element.js';
import { notice, trouble } from '../elements/notice.js';
import { seatName } from '../elements/seat-name.js';
import { go, paths } from '../navigation.js';
import { keepSelection, selectionOf } from '../session/selection.js';
import { count, won } from '../text/format.js';
import { t } from '../text/language.js';
import { bestAvailable } from './best-available.js';
import { hall } from './hall.js';
import { legend } from './legend.js';
import { seatGrid } from './list.js';
import { follow } from './live.js';
import { markedPanel } from './marked.js';

/** @typedef {import('./model.js').Seat} Seat */

const SHOWN_AS = 'boxoffice.settings.seats';

/** Choosing seats: the picture, the list, what is marked, and holding it. */
export class SeatChoice {
  /**
   * @param {{ map: import('./model.js').SeatMap, tag: string | null, scheduleId: string, pass: string,
   *   signal: AbortSignal }} performance
   */
  constructor({ map, tag, scheduleId, pass, signal }) {
    this.map = map;
    this.tag = tag;
    this.scheduleId = scheduleId;
    this.pass = pass;
    this.signal = signal;
    /**
     * What to do about a pass that was refused; true where that settles it.
     *
     * @type {(error: unknown) => Promise<boolean>}
     */
    this.refused = async () => false;
    this.connection = element('p', { class: 'connection', role: 'status' });
    this.news = element('div', { class: 'stack', role: 'status' });
    const picked = (/** @type {Seat} */ seat) => this.pick(seat);
    this.hall = hall(map, signal, picked);
    this.list = seatGrid(map, picked);
    this.marked = markedPanel(map, { hold: () => void this.holdMarked() });
    this.view = this.compose();
  }

  compose() {
    const best = bestAvailable(this.map, (wish) => this.ask({ bestAvailable: wish }));
    const picture = element('div', { class: 'stack' }, this.hall.view, legend(this.map, (section) => this.hall.show(section)));
    const list = this.list.view;
    /** @param {'map' | 'list'} kind */
    const choose = (kind) => {
      localStorage.setItem(SHOWN_AS, kind);
      picture.hidden = kind !== 'map';
      list.hidden = kind !== 'list';
      for (const button of [asMap, asList]) button.setAttribute('aria-pressed', String(button.dataset.kind === kind));
    };
    const asMap = element('button', { type: 'button', 'data-kind': 'map', onclick: () => choose('map') }, t('seats.asMap'));
    const asList = element('button', { type: 'button', 'data-kind': 'list', onclick: () => choose('list') }, t('seats.asList'));
    choose(localStorage.getItem(SHOWN_AS) === 'list' ? 'list' : 'map');
    const switches = element('div', { class: 'switch', role: 'group', 'aria-label': t('seats.view') }, asMap, asList);
    return element(
      'div',
      { class: 'choice' },
      element('div', { class: 'choice-main stack' }, element('div', {}, switches), picture, list),
      best,
      element('div', { class: 'choice-side' }, this.news, this.marked.view),
    );
  }

  begin() {
    const { map, tag, scheduleId, pass, signal } = this;
    for (const id of selectionOf(scheduleId)) map.toggle(id);
    map.onChange(({ lost }) => {
      keepSelection(scheduleId, [...map.marked]);
      if (lost.length > 0) this.tellLost(lost);
    });
    const tell = (/** @type {import('./live.js').Connection} */ how) => {
      const words = { live: t('seats.live'), polling: t('seats.polling'), lost: t('seats.lost') };
      say(this.connection, words[how]);
      this.connection.className = `connection connection-${how}`;
    };
    follow({ scheduleId, pass, map, tag, signal, tell }).catch(async (error) => {
      if (!(await this.refused(error)) && !signal.aborted) this.news.replaceChildren(trouble(error));
    });
  }

  /** @param {Seat} seat */
  pick(seat) {
    const had = this.map.marked.has(seat.seatId);
    const done = this.map.toggle(seat.seatId);
    const name = seatName(seat);
    if (!done) {
      announce(t('seats.cannot', { seat: name, state: t(`seat.${seat.status}`) }));
      return;
    }
    announce(t(had ? 'seats.unmarked' : 'seats.marked', { seat: name, price: won(seat.price), n: count(this.map.marked.size) }));
    if (!had) this.news.replaceChildren();
  }

  /** @param {Seat[]} lost */
  tellLost(lost) {
    const gone = lost.map(seatName).join(', ');
    const kept = this.map.markedSeats.map(seatName).join(', ');
    const rest = kept ? t('seats.kept', { seats: kept }) : t('seats.keptNone');
    this.news.replaceChildren(notice('warning', t('seats.gone', { seats: gone }), element('p', {}, rest)));
  }

  async holdMarked() {
    this.marked.busy(true);
    await this.ask({ seatIds: this.map.markedSeats.map((seat) => seat.seatId) });
    this.marked.busy(false);
  }

  /** @param {import('../api/reservations.js').Wish} wish */
  async ask(wish) {
    const { scheduleId, pass, signal, map } = this;
    this.news.replaceChildren();
    try {
      const held = await hold(scheduleId, wish, pass, newKey(), signal);
      keepSelection(scheduleId, []);
      go(paths.reservation(held.reservationId));
    } catch (error) {
      if (signal.aborted || (await this.refused(error))) return;
      const conflicts = error instanceof Problem && error.code === 'seat_unavailable' ? error.words('conflicts') : [];
      if (conflicts.length > 0) {
        // The server knows before the map does. What the map hears next goes its usual way.
        map.apply({ version: map.version, changes: conflicts.map((seatId) => ({ seatId, status: 'held' })) });
        return;
      }
      this.news.replaceChildren(this.refusal(error));
    }
  }

  /** @param {unknown} error */
  refusal(error) {
    const most = error instanceof Problem && error.code === 'seat_unavailable' ? error.number('mostSideBySide') : null;
    if (most === null) return trouble(error);
    return notice('warning', most === 0 ? t('best.none') : t('best.atMost', { n: most }));
  }
}
