// @ts-check
import { en } from './en.js';
import { ko } from './ko.js';

/** @typedef {'ko' | 'en'} Language */
/**
 * @typedef {import('./en.js').Text} Text
 * @typedef {Record<string, string | number>} Values
 */

const STORED = 'boxoffice.settings.language';
const dictionaries = { en, ko };

/** @returns {Language} what was chosen, else what the browser speaks */
function preferred() {
  const chosen = localStorage.getItem(STORED);
  if (chosen === 'ko' || chosen === 'en') return chosen;
  const spoken = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  return spoken.find((tag) => tag === 'ko' || tag === 'en') === 'ko' ? 'ko' : 'en';
}

/** @type {Language} */
let current = preferred();

export function language() {
  return current;
}

/** @param {Language} chosen */
export function speak(chosen) {
  current = chosen;
  localStorage.setItem(STORED, chosen);
}

/**
 * The text for `key`, with its values.
 *
 * @param {Text} key
 * @param {Values} [values]
 */
export function t(key, values = {}) {
  return filled(dictionaries[current][key], values);
}

/**
 * A text with `{name}` replaced by its value. One in the form `one|other` is chosen by `{n}`.
 *
 * @param {string} text
 * @param {Values} values
 */
export function filled(text, values) {
  const [one, other] = text.split('|');
  const form = other !== undefined && values.n !== 1 && values.n !== '1' ? other : (one ?? text);
  return form.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
