// @ts-check
import { schedules } from '../api/catalogue.js';
import { element } from '../elements/element.js';
import { loading } from '../elements/loading.js';
import { noPass } from '../elements/no-pass.js';
import { passClock } from '../elements/pass-clock.js';
import { ticket } from '../elements/ticket.js';
import { again, paths } from '../navigation.js';
import { NoPass, inside, whyRefused } from '../session/inside.js';
import { count, day, dayParts, hour } from '../text/format.js';
import { t } from '../text/language.js';

/**
 * @param {import('../navigation.js').AtAsFan} at
 * @returns {import('../navigation.js').Page}
 */
export function datesPage({ params, signal, session }) {
  const concertId = params.concertId ?? '';
  const content = loading(
    signal,
    async () => {
      const { concert, pass, expiresAt, place } = await inside(concertId, session, signal);
      let dates;
      try {
        dates = await schedules(concertId, pass, signal);
      } catch (error) {
        throw await whyRefused(error, place, signal);
      }
      return [
        element('p', { class: 'lead' }, `${concert.title} · ${concert.venue}`),
        passClock(expiresAt, signal, again),
        dates.length === 0 ? element('p', { class: 'card' }, t('dates.none')) : null,
        element('ul', { class: 'tickets' }, ...dates.map((date) => card(concertId, date))),
      ];
    },
    (error) => (error instanceof NoPass ? [noPass(concertId, error.place)] : null),
  );
  return { title: t('dates.title'), body: [content] };
}

/**
 * @param {string} concertId
 * @param {import('../api/types.js').Schedule} schedule
 */
function card(concertId, schedule) {
  const { scheduleId, startsAt, seatsTotal, seatsAvailable, soldOut } = schedule;
  const parts = dayParts(startsAt);
  const left = t('dates.left', { n: count(seatsAvailable), total: count(seatsTotal) });
  return ticket(
    [
      element('h2', {}, day(startsAt)),
      element('p', {}, hour(startsAt), ' ', element('span', { class: 'quiet' }, t('dates.zone'))),
      element('p', { class: `state ${soldOut ? 'state-quiet' : 'state-good'}` }, soldOut ? t('dates.soldOut') : left),
      element(
        'p',
        { class: 'actions' },
        element(
          'a',
          { class: soldOut ? 'button' : 'button button-main', href: paths.seats(concertId, scheduleId) },
          soldOut ? t('dates.look') : t('dates.choose'),
          element('span', { class: 'unseen' }, ` – ${day(startsAt)}`),
        ),
      ),
    ],
    [
      element('span', { class: 'stub-label' }, parts.month),
      element('span', { class: 'stub-big' }, parts.day),
      element('span', { class: 'stub-label' }, parts.weekday),
    ],
    { as: 'li' },
  );
}
