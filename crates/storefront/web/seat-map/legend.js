// @ts-check
import { element, say } from '../elements/element.js';
import { count, won } from '../text/format.js';
import { t } from '../text/language.js';

/**
 * Sections with their prices and what is left, and what the signs mean.
 *
 * @param {import('./model.js').SeatMap} map
 * @param {(section: import('./model.js').Section) => void} chosen
 */
export function legend(map, chosen) {
  const left = map.sections.map(() => element('span', { class: 'quiet' }));
  const show = () => {
    map.sections.forEach((section, index) => {
      const cell = left[index];
      if (cell) say(cell, t('legend.left', { n: count(section.available) }));
    });
  };
  const sections = map.sections.map((section, index) =>
    element(
      'li',
      {},
      element(
        'button',
        { type: 'button', class: 'legend-section', onclick: () => chosen(section) },
        element('span', { class: `sign tone-${section.tone}`, 'aria-hidden': 'true' }),
        element('span', { class: 'legend-name' }, section.name),
        element('span', {}, won(section.price)),
        left[index],
      ),
    ),
  );
  map.onChange(show);
  show();
  return element(
    'section',
    { class: 'legend', 'aria-label': t('legend.title') },
    element('ul', { class: 'legend-sections' }, ...sections),
    element(
      'ul',
      { class: 'legend-signs' },
      ...[sign('available'), sign('marked'), sign('held'), sign('sold')],
    ),
  );
}

/** @param {'available' | 'marked' | 'held' | 'sold'} state */
function sign(state) {
  return element('li', {}, element('span', { class: `sign sign-${state}`, 'aria-hidden': 'true' }), t(`seat.${state}`));
}
