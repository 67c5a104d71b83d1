// @ts-check
import { element } from '../elements/element.js';
import { paths } from '../navigation.js';
import { t } from '../text/language.js';

/** @returns {import('../navigation.js').Page} */
export function nothingPage() {
  return {
    title: t('nothing.title'),
    body: [
      element('p', {}, t('nothing.text')),
      element('p', {}, element('a', { class: 'button', href: paths.concerts }, t('concerts.title'))),
    ],
  };
}
