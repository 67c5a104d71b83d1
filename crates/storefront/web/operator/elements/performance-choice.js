// @ts-check
import { isEnd } from '../../api/waiting.js';
import { element, nodes } from '../../elements/element.js';
import { trouble } from '../../elements/notice.js';
import { moment } from '../../text/format.js';
import { allConcerts, schedules } from '../api/catalogue.js';
import { choose, chosen } from '../session/chosen.js';
import { w } from '../text/words.js';

/**
 * Which concert, and which of its performances.
 *
 * @param {AbortSignal} signal
 * @param {(scheduleId: string | null) => void} picked `null`: the concert has none
 */
export function performanceChoice(signal, picked) {
  const concert = element('select', { id: 'concert', class: 'field' });
  const schedule = element('select', { id: 'schedule', class: 'field' });
  const outcome = element('div', { 'aria-live': 'polite' });

  const showSchedules = async () => {
    try {
      const all = await schedules(concert.value, signal);
      const wanted = chosen()?.scheduleId;
      schedule.replaceChildren(
        ...nodes(
          all.map(({ scheduleId, startsAt }) =>
            element('option', { value: scheduleId, selected: scheduleId === wanted }, moment(startsAt)),
          ),
        ),
      );
      if (all.length === 0) schedule.replaceChildren(element('option', { value: '' }, w('choice.none')));
      schedule.disabled = all.length === 0;
      outcome.replaceChildren();
      pick();
    } catch (error) {
      if (!isEnd(error) && !signal.aborted) outcome.replaceChildren(trouble(error, () => void showSchedules()));
    }
  };
  const pick = () => {
    if (schedule.value) choose({ concertId: concert.value, scheduleId: schedule.value });
    picked(schedule.value || null);
  };
  const begin = async () => {
    try {
      const all = await allConcerts(signal);
      const wanted = chosen()?.concertId;
      concert.replaceChildren(
        ...all.map(({ concertId, title }) =>
          element('option', { value: concertId, selected: concertId === wanted }, title),
        ),
      );
      outcome.replaceChildren();
      if (all.length > 0) await showSchedules();
      else picked(null);
    } catch (error) {
      if (!isEnd(error) && !signal.aborted) outcome.replaceChildren(trouble(error, () => void begin()));
    }
  };
  concert.addEventListener('change', () => void showSchedules());
  schedule.addEventListener('change', pick);
  void begin();
  return element(
    'div',
    { class: 'choice-line' },
    element('div', { class: 'entry' }, element('label', { for: 'concert' }, w('choice.concert')), concert),
    element('div', { class: 'entry' }, element('label', { for: 'schedule' }, w('choice.schedule')), schedule),
    outcome,
  );
}
