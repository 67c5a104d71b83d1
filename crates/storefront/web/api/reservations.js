// @ts-check
import { ask, askUntilAnswered } from './http.js';

/**
 * @typedef {import('./types.js').Reservation} Reservation
 * @typedef {{ seatIds: string[] } | { bestAvailable: { quantity: number, section?: string } }} Wish
 */

/**
 * @param {string} scheduleId
 * @param {Wish} wish
 * @param {string} pass
 * @param {string} key
 * @param {AbortSignal} signal
 * @returns {Promise<Reservation>}
 */
export async function hold(scheduleId, wish, pass, key, signal) {
  const body = { scheduleId, ...wish };
  return (await askUntilAnswered('/v1/reservations', { method: 'POST', token: pass, body, key, signal })).body;
}

/**
 * @param {string} id
 * @param {string} token
 * @param {AbortSignal} signal
 * @returns {Promise<Reservation>}
 */
export async function reservation(id, token, signal) {
  return (await askUntilAnswered(`/v1/reservations/${id}`, { token, signal })).body;
}

/**
 * @param {string | null} cursor
 * @param {string} token
 * @param {AbortSignal} signal
 * @returns {Promise<{ reservations: Reservation[], nextCursor: string | null }>}
 */
export async function reservations(cursor, token, signal) {
  const page = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
  return (await askUntilAnswered(`/v1/reservations?limit=20${page}`, { token, signal })).body;
}

/**
 * @param {string} id
 * @param {string} token
 * @param {AbortSignal} signal
 */
export async function giveUp(id, token, signal) {
  await askUntilAnswered(`/v1/reservations/${id}`, { method: 'DELETE', token, signal });
}

/**
 * Asks once: what to do without an answer is the checkout's to decide.
 *
 * @param {string} id
 * @param {string} pass
 * @param {string} key
 * @param {AbortSignal} signal
 * @returns {Promise<{ payment: import('./types.js').Payment, location: string | null }>}
 */
export async function pay(id, pass, key, signal) {
  const answer = await ask(`/v1/reservations/${id}/payments`, { method: 'POST', token: pass, key, signal });
  return { payment: answer.body, location: answer.location };
}

/**
 * @param {string} location
 * @param {string} token
 * @param {AbortSignal} signal
 * @returns {Promise<import('./types.js').Payment>}
 */
export async function payment(location, token, signal) {
  return (await ask(location, { token, signal })).body;
}

/**
 * @param {string} id
 * @param {string} token
 * @param {AbortSignal} signal
 * @returns {Promise<import('./types.js').Ticket[]>}
 */
export async function tickets(id, token, signal) {
  return (await askUntilAnswered(`/v1/reservations/${id}/tickets`, { token, signal })).body.tickets;
}
