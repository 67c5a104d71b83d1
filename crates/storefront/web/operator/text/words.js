// @ts-check
import { filled, language } from '../../text/language.js';
import { en } from './en.js';
import { ko } from './ko.js';

/** @typedef {import('./en.js').Word} Word */

const dictionaries = { en, ko };

/**
 * The console's own texts: a fan does not load them.
 *
 * @param {Word} key
 * @param {import('../../text/language.js').Values} [values]
 */
export function w(key, values = {}) {
  return filled(dictionaries[language()][key], values);
}

/**
 * @param {string} key
 * @returns {key is Word}
 */
export function isWord(key) {
  return key in en;
}
