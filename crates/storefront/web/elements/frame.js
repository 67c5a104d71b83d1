// @ts-check
import { paths } from '../navigation.js';
import { session, signOut } from '../session/session.js';
import { t } from '../text/language.js';
import { confirm } from './confirm.js';
import { element } from './element.js';
import { brandMark, languages, place } from './frame-parts.js';

/**
 * What stands around every page.
 *
 * @param {HTMLElement} main
 * @returns {HTMLElement[]}
 */
export function frame(main) {
  return [
    element('a', { class: 'skip', href: '#main', onclick: () => main.querySelector('h1')?.focus() }, t('frame.skip')),
    element(
      'header',
      { class: 'frame-head' },
      element('a', { class: 'brand', href: paths.concerts }, brandMark(), element('span', {}, t('brand'))),
      element(
        'nav',
        { class: 'frame-nav', 'aria-label': t('frame.nav') },
        ...[
          place(paths.concerts, t('concerts.short')),
          place(paths.reservations, t('reservations.short')),
          place(paths.wallet, t('wallet.title')),
        ],
      ),
      element('div', { class: 'frame-side' }, fan(), languages()),
    ),
    main,
    element('footer', { class: 'frame-foot' }, element('p', { class: 'quiet small' }, t('frame.foot'))),
  ];
}

function fan() {
  const known = session();
  if (!known) return null;
  const leave = async () => {
    const question = { title: t('signOut.title'), text: t('signOut.text'), yes: t('signOut.yes'), no: t('signOut.no') };
    if (!(await confirm(question))) return;
    history.replaceState(null, '', paths.concerts);
    signOut();
  };
  return element(
    'span',
    { class: 'frame-fan' },
    element('span', { class: 'frame-name' }, known.name),
    element('button', { type: 'button', class: 'link', onclick: leave }, t('signOut.action')),
  );
}
