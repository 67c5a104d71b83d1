// @ts-check
import { concert } from '../../api/catalogue.js';
import { isEnd } from '../../api/waiting.js';
import { element } from '../../elements/element.js';
import { loading } from '../../elements/loading.js';
import { trouble } from '../../elements/notice.js';
import { facts } from '../../elements/ticket.js';
import { count, moment } from '../../text/format.js';
import { schedules } from '../api/catalogue.js';
import { scheduleForm } from '../plan/form.js';
import { choose } from '../session/chosen.js';
import { paths } from '../paths.js';
import { w } from '../text/words.js';

/**
 * One concert: its performances, and another one.
 *
 * @param {import('../app.js').At} at
 * @returns {import('../../navigation.js').Page}
 */
export function concertPage({ params, signal }) {
  const id = params.concertId ?? '';
  const content = loading(signal, async () => {
    const { title, venue, salesOpenAt, salesCloseAt } = await concert(id, signal);
    const list = element('div', { class: 'stack', 'aria-live': 'polite' });
    const show = async () => {
      try {
        list.replaceChildren(performances(id, await schedules(id, signal)));
      } catch (error) {
        if (!isEnd(error) && !signal.aborted) list.replaceChildren(trouble(error, () => void show()));
      }
    };
    void show();
    return [
      element(
        'section',
        { class: 'card panel', 'aria-labelledby': 'about' },
        element('h2', { id: 'about' }, title),
        facts(
          [w('concert.venue'), venue],
          [w('concert.sale'), element('span', { class: 'digits' }, `${moment(salesOpenAt)} – ${moment(salesCloseAt)}`)],
        ),
        list,
      ),
      element(
        'section',
        { class: 'card panel', 'aria-labelledby': 'another' },
        element('h2', { id: 'another' }, w('plan.title')),
        scheduleForm(id, signal, () => void show()),
      ),
    ];
  });
  return { title: w('concert.page'), body: [content] };
}

/**
 * @param {string} concertId
 * @param {import('../api/catalogue.js').Schedule[]} all
 */
function performances(concertId, all) {
  if (all.length === 0) return element('p', { class: 'quiet' }, w('choice.none'));
  return element('ul', { class: 'lines' }, ...all.map((schedule) => performanceLine(concertId, schedule)));
}

/**
 * @param {string} concertId
 * @param {import('../api/catalogue.js').Schedule} schedule
 */
function performanceLine(concertId, { scheduleId, startsAt, seatsTotal, seatsAvailable }) {
  // The overview shows the performance that was chosen last.
  const look = () => choose({ concertId, scheduleId });
  return element(
    'li',
    { class: 'line' },
    element('span', { class: 'line-what digits' }, moment(startsAt)),
    element('span', { class: 'digits' }, w('concert.free', { n: count(seatsAvailable), total: count(seatsTotal) })),
    element(
      'a',
      { href: paths.overview, onclick: look },
      w('concert.figures'),
      element('span', { class: 'unseen' }, ` – ${moment(startsAt)}`),
    ),
  );
}
