// @ts-check
import { again } from '../../navigation.js';

/** In this tab alone, and gone with it: an operator's token opens every door. */
const STORED = 'boxoffice.operator';

/** @typedef {'unknown' | 'not_operator'} Refusal why a token opens nothing */

/** @type {Refusal | null} */
let refusal = null;

export function token() {
  return sessionStorage.getItem(STORED);
}

export function isSignedIn() {
  return token() !== null;
}

/** Why the last token was refused, if it was. */
export function lastRefusal() {
  return refusal;
}

/** @param {string} accepted */
export function signIn(accepted) {
  refusal = null;
  sessionStorage.setItem(STORED, accepted);
  again();
}

/** @param {Refusal | null} [why] */
export function signOut(why = null) {
  refusal = why;
  sessionStorage.removeItem(STORED);
  again();
}
