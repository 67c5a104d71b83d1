// @ts-check
import { element } from '../../elements/element.js';
import { brandMark, languages, place } from '../../elements/frame-parts.js';
import { t } from '../../text/language.js';
import { paths } from '../paths.js';
import { isSignedIn, signOut } from '../session/operator.js';
import { w } from '../text/words.js';

/**
 * What stands around every page of the console.
 *
 * @param {HTMLElement} main
 * @returns {HTMLElement[]}
 */
export function frame(main) {
  const inside = isSignedIn();
  return [
    element('a', { class: 'skip', href: '#main', onclick: () => main.querySelector('h1')?.focus() }, t('frame.skip')),
    element(
      'header',
      { class: 'frame-head' },
      element(
        'a',
        { class: 'brand', href: paths.overview },
        brandMark(),
        element('span', {}, t('brand')),
        element('span', { class: 'brand-part' }, w('frame.operator')),
      ),
      inside ? navigation() : null,
      element('div', { class: 'frame-side' }, inside ? leave() : null, languages()),
    ),
    main,
    element('footer', { class: 'frame-foot' }, element('p', { class: 'quiet small' }, w('frame.foot'))),
  ].filter((part) => part !== null);
}

function navigation() {
  return element(
    'nav',
    { class: 'frame-nav', 'aria-label': t('frame.nav') },
    place(paths.overview, w('overview.title')),
    place(paths.seats, w('seats.title')),
    place(paths.concerts, w('concerts.title')),
  );
}

function leave() {
  return element('button', { type: 'button', class: 'link', onclick: () => signOut() }, w('frame.leave'));
}
