// @ts-check
import { ask, askUntilAnswered } from './http.js';

/** @typedef {import('../session/session.js').Session} Session */

/**
 * @param {string} name
 * @param {AbortSignal} signal
 * @returns {Promise<import('./types.js').User>}
 */
export async function newUser(name, signal) {
  return (await ask('/v1/users', { method: 'POST', body: { name }, signal })).body;
}

/**
 * @param {Session} session
 * @param {AbortSignal} signal
 * @returns {Promise<import('./types.js').Wallet>}
 */
export async function wallet(session, signal) {
  return (await askUntilAnswered(`/v1/wallets/${session.userId}`, { token: session.accessToken, signal })).body;
}

/**
 * @param {Session} session
 * @param {number} amount
 * @param {string} key
 * @param {AbortSignal} signal
 * @returns {Promise<import('./types.js').Charge>}
 */
export async function charge(session, amount, key, signal) {
  const path = `/v1/wallets/${session.userId}/charges`;
  const asked = { method: /** @type {const} */ ('POST'), token: session.accessToken, body: { amount }, key, signal };
  return (await askUntilAnswered(path, asked, { tries: 8 })).body;
}

/**
 * @param {Session} session
 * @param {string | null} cursor
 * @param {AbortSignal} signal
 * @returns {Promise<{ entries: import('./types.js').WalletEntry[], nextCursor: string | null }>}
 */
export async function statement(session, cursor, signal) {
  const page = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
  const path = `/v1/wallets/${session.userId}/entries?limit=20${page}`;
  return (await askUntilAnswered(path, { token: session.accessToken, signal })).body;
}
