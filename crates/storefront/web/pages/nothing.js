// @ts-check
import { element } from '../elements/element.js';
import { paths } from '../navigation.js';
import { t } from '../text/language.js';

/**
 * @param {{ href: string, name: string }} [way] out of here
 * @returns {import('../navigation.js').Page}
 */
export function nothingPage({ href, name } = { href: paths.concerts, name: t('concerts.title') }) {
  return {
    title: t('nothing.title'),
    body: [
      element('p', {}, t('nothing.text')),
      element('p', {}, element('a', { class: 'button', href }, name)),
    ],
  };
}
