// @ts-check
import { performanceOf } from '../api/catalogue.js';
import { giveUp, reservation, reservations } from '../api/reservations.js';
import { announce } from '../elements/announce.js';
import { confirm } from '../elements/confirm.js';
import { element, nodes } from '../elements/element.js';
import { loading } from '../elements/loading.js';
import { more } from '../elements/more.js';
import { trouble } from '../elements/notice.js';
import { seatList } from '../elements/seat-name.js';
import { facts, ticket } from '../elements/ticket.js';
import { paths } from '../navigation.js';
import { day, dayParts, hour, won } from '../text/format.js';
import { t } from '../text/language.js';

/**
 * @typedef {import('../api/types.js').Reservation} Reservation
 * @typedef {import('../api/types.js').Performance} Performance
 * @typedef {{ held: Reservation, performance: Performance }} Item
 */

/**
 * Everything that the fan has ever held or bought.
 *
 * @param {import('../navigation.js').AtAsFan} at
 * @returns {import('../navigation.js').Page}
 */
export function reservationsPage({ signal, session }) {
  /** @type {Map<string, Promise<Performance>>} */
  const performances = new Map();
  /** @param {string} scheduleId */
  const performanceFor = (scheduleId) => {
    const known = performances.get(scheduleId) ?? performanceOf(scheduleId, session.accessToken, signal);
    performances.set(scheduleId, known);
    return known;
  };
  /** @param {string | null} cursor */
  const load = async (cursor) => {
    const page = await reservations(cursor, session.accessToken, signal);
    const items = page.reservations.map(async (held) => ({ held, performance: await performanceFor(held.scheduleId) }));
    return { items: await Promise.all(items), next: page.nextCursor };
  };
  /** @param {Item} item */
  const show = (item) => {
    const slot = element('li', {});
    const refresh = async () => {
      const held = await reservation(item.held.reservationId, session.accessToken, signal);
      slot.replaceChildren(card({ ...item, held }, session, signal, refresh));
    };
    slot.append(card(item, session, signal, refresh));
    return slot;
  };
  const content = loading(signal, async () => {
    const first = await load(null);
    if (first.items.length === 0) {
      const way = element('a', { class: 'button', href: paths.concerts }, t('concerts.title'));
      return [element('div', { class: 'card stack' }, element('p', {}, t('reservations.none')), element('p', {}, way))];
    }
    return [more({ list: element('ul', { class: 'tickets' }), first, signal, load, show })];
  });
  return { title: t('reservations.title'), body: [content] };
}

/**
 * @param {Item} item
 * @param {import('../session/session.js').Session} session
 * @param {AbortSignal} signal
 * @param {() => Promise<void>} refresh
 */
function card({ held, performance }, session, signal, refresh) {
  const parts = dayParts(performance.startsAt);
  const good = held.status === 'held' || held.status === 'paying' || held.status === 'confirmed';
  return ticket(
    [
      element('p', { class: `state ${good ? 'state-good' : 'state-quiet'}` }, t(`status.${held.status}`)),
      element('h2', {}, performance.title),
      facts(
        [t('reservation.when'), `${day(performance.startsAt)} ${hour(performance.startsAt)}`],
        [t('reservation.seats'), seatList(held.seats)],
        [t('reservation.amount'), element('span', { class: 'digits' }, won(held.amount))],
      ),
      actions(held, session, signal, refresh),
    ],
    [
      element('span', { class: 'stub-label' }, parts.month),
      element('span', { class: 'stub-big' }, parts.day),
      element('span', { class: 'stub-label' }, parts.weekday),
    ],
    { kind: good ? '' : 'ticket-void' },
  );
}

/**
 * @param {Reservation} held
 * @param {import('../session/session.js').Session} session
 * @param {AbortSignal} signal
 * @param {() => Promise<void>} refresh
 */
function actions(held, session, signal, refresh) {
  const outcome = element('div', { 'aria-live': 'polite' });
  /** @param {'release' | 'cancel'} what */
  const end = async (what) => {
    const question = { title: t(`${what}.title`), text: t(`${what}.text`), yes: t(`${what}.yes`) };
    if (!(await confirm(question))) return;
    try {
      await giveUp(held.reservationId, session.accessToken, signal);
      announce(t(`${what}.done`));
      await refresh();
    } catch (error) {
      if (!signal.aborted) outcome.replaceChildren(trouble(error));
    }
  };
  const id = held.reservationId;
  /** @type {import('../elements/element.js').Child[]} */
  const buttons = [];
  switch (held.status) {
    case 'held':
      buttons.push(
        element('a', { class: 'button button-main', href: paths.reservation(id) }, t('reservations.pay')),
        element('button', { type: 'button', class: 'button', onclick: () => void end('release') }, t('release.action')),
      );
      break;
    case 'paying':
      buttons.push(element('a', { class: 'button button-main', href: paths.reservation(id) }, t('reservations.follow')));
      break;
    case 'confirmed':
      buttons.push(
        element('a', { class: 'button button-main', href: paths.tickets(id) }, t('tickets.show')),
        element('button', { type: 'button', class: 'button', onclick: () => void end('cancel') }, t('cancel.action')),
      );
      break;
    case 'released':
    case 'expired':
    case 'cancelled':
      break;
  }
  return element('div', {}, element('p', { class: 'actions' }, ...nodes(buttons)), outcome);
}
