// @ts-check
import { again } from '../navigation.js';
import { language, speak } from '../text/language.js';
import { element } from './element.js';

export function brandMark() {
  const mark = element('span', { class: 'brand-mark', 'aria-hidden': 'true' });
  mark.append(element('i'), element('i'), element('i'));
  return mark;
}

/**
 * @param {string} path
 * @param {string} name
 */
export function place(path, name) {
  const here = location.pathname === path;
  return element('a', { href: path, 'aria-current': here ? 'page' : null }, name);
}

/** A button that speaks the other language. */
export function languages() {
  const other = language() === 'ko' ? 'en' : 'ko';
  const change = () => {
    speak(other);
    again();
  };
  return element(
    'button',
    { type: 'button', class: 'link', lang: other, onclick: change },
    other === 'ko' ? '한국어' : 'English',
  );
}
