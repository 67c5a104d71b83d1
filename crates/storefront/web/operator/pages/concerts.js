// @ts-check
import { element } from '../../elements/element.js';
import { loading } from '../../elements/loading.js';
import { moment } from '../../text/format.js';
import { allConcerts } from '../api/catalogue.js';
import { paths } from '../paths.js';
import { w } from '../text/words.js';

/**
 * Every concert, and the way to a new one.
 *
 * @param {import('../app.js').At} at
 * @returns {import('../../navigation.js').Page}
 */
export function concertsPage({ signal }) {
  const content = loading(signal, async () => {
    const all = await allConcerts(signal);
    if (all.length === 0) return [element('p', { class: 'card' }, w('concerts.none'))];
    // The newest are those that are still being made.
    return [element('ul', { class: 'card lines' }, ...all.toReversed().map(line))];
  });
  return {
    title: w('concerts.title'),
    body: [
      element('p', { class: 'actions' }, element('a', { class: 'button button-main', href: paths.newConcert }, w('concerts.add'))),
      content,
    ],
  };
}

/** @param {import('../api/catalogue.js').Concert} concert */
function line({ concertId, title, venue, salesOpenAt, salesCloseAt }) {
  return element(
    'li',
    { class: 'line' },
    element('a', { class: 'line-what', href: paths.concert(concertId) }, title),
    element('span', { class: 'quiet' }, venue),
    element('span', { class: 'quiet small digits' }, `${moment(salesOpenAt)} – ${moment(salesCloseAt)}`),
  );
}
