// @ts-check
import { concerts } from '../api/catalogue.js';
import { serverNow } from '../api/server-clock.js';
import { element } from '../elements/element.js';
import { loading } from '../elements/loading.js';
import { more } from '../elements/more.js';
import { facts, ticket } from '../elements/ticket.js';
import { paths } from '../navigation.js';
import { passFor, placeIn } from '../session/place.js';
import { count, dayParts, moment } from '../text/format.js';
import { t } from '../text/language.js';

/**
 * @typedef {import('../api/types.js').Concert} Concert
 * @typedef {import('../session/session.js').Session} Session
 */

/**
 * @param {import('../navigation.js').At} at
 * @returns {import('../navigation.js').Page}
 */
export function concertsPage({ signal, session }) {
  const list = element('ul', { class: 'tickets' });
  /** @param {string | null} cursor */
  const load = async (cursor) => {
    const page = await concerts(cursor, signal);
    return { items: page.concerts, next: page.nextCursor };
  };
  const content = loading(signal, async () => {
    const first = await load(null);
    if (first.items.length === 0) return [element('p', { class: 'card' }, t('concerts.none'))];
    list.replaceChildren();
    return [more({ list, first, signal, load, show: (concert) => card(concert, session) })];
  });
  return { title: t('concerts.title'), body: [element('p', { class: 'lead' }, t('concerts.lead')), content] };
}

/**
 * @param {Concert} concert
 * @param {Session | null} session
 */
function card(concert, session) {
  const { title, venue, salesOpenAt, salesCloseAt } = concert;
  const [opens, closes] = [Date.parse(salesOpenAt), Date.parse(salesCloseAt)];
  const now = serverNow();
  const open = opens <= now && now < closes;
  const { month, day, weekday } = dayParts(open ? salesCloseAt : salesOpenAt);
  const when = open ? t('concerts.until') : now < opens ? t('concerts.from') : t('concerts.over');
  return ticket(
    [
      element('p', { class: `state ${open ? 'state-good' : 'state-quiet'}` }, open ? t('concerts.onSale') : when),
      element('h2', {}, title),
      facts(
        [t('concerts.venue'), venue],
        [open ? t('concerts.closes') : t('concerts.opens'), moment(open ? salesCloseAt : salesOpenAt)],
      ),
      now < closes ? way(concert, session) : null,
    ],
    [
      element('span', { class: 'stub-label' }, when),
      element('span', { class: 'stub-big' }, day),
      element('span', { class: 'stub-label' }, `${month} · ${weekday}`),
    ],
    { as: 'li' },
  );
}

/**
 * The next step, from where the fan stands in this concert's line.
 *
 * @param {Concert} concert
 * @param {Session | null} session
 */
function way({ concertId, queueId, title }, session) {
  const inside = session && passFor(queueId, session.userId);
  const place = session && placeIn(queueId, session.userId);
  const waits = place && !place.ended && place.entry.status === 'waiting';
  const [path, words] = inside
    ? [paths.dates(concertId), t('concerts.inside')]
    : waits
      ? [paths.line(concertId), t('concerts.waiting', { ahead: count(place.entry.ahead) })]
      : [paths.line(concertId), t('concerts.join')];
  return element(
    'p',
    { class: 'actions' },
    element('a', { class: 'button button-main', href: path }, words, element('span', { class: 'unseen' }, ` – ${title}`)),
  );
}
