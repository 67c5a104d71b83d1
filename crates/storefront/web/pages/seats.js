// @ts-check
import { performanceOf, seats } from '../api/catalogue.js';
import { element } from '../elements/element.js';
import { loading } from '../elements/loading.js';
import { noPass } from '../elements/no-pass.js';
import { again } from '../navigation.js';
import { passClock } from '../elements/pass-clock.js';
import { SeatMap } from '../seat-map/model.js';
import { SeatChoice } from '../seat-map/choice.js';
import { NoPass, inside, whyRefused } from '../session/inside.js';
import { day, hour } from '../text/format.js';
import { t } from '../text/language.js';

/**
 * The seat map of one performance.
 *
 * @param {import('../navigation.js').AtAsFan} at
 * @returns {import('../navigation.js').Page}
 */
export function seatsPage({ params, signal, session }) {
  const { concertId = '', scheduleId = '' } = params;
  /** @param {unknown} error */
  const shut = (error) => (error instanceof NoPass ? [noPass(concertId, error.place)] : null);
  const content = loading(
    signal,
    async () => {
      const door = await inside(concertId, session, signal);
      const { concert, pass, expiresAt, place } = door;
      try {
        const [{ map: body, tag }, performance] = await Promise.all([
          seats(scheduleId, pass, null, signal),
          performanceOf(scheduleId, session.accessToken, signal),
        ]);
        if (!body) throw new TypeError('a seat map without seats');
        const map = new SeatMap(body);
        const choice = new SeatChoice({ map, tag, scheduleId, pass, signal });
        choice.refused = async (error) => {
          const why = await whyRefused(error, place, signal);
          if (!(why instanceof NoPass)) return false;
          again();
          return true;
        };
        choice.begin();
        return [
          element('p', { class: 'lead' }, `${concert.title} · ${day(performance.startsAt)} ${hour(performance.startsAt)}`),
          element('div', { class: 'status-line' }, passClock(expiresAt, signal, again), choice.connection),
          choice.view,
        ];
      } catch (error) {
        throw await whyRefused(error, place, signal);
      }
    },
    shut,
  );
  return { title: t('seats.title'), body: [content] };
}
