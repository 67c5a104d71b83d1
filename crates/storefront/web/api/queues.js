// @ts-check
import { ask, askUntilAnswered } from './http.js';

/** @typedef {import('./types.js').Entry} Entry */

/**
 * A place at the end of the line, or the one there is: asking twice is asking once.
 *
 * @param {string} queueId
 * @param {string} accessToken
 * @param {AbortSignal} signal
 * @returns {Promise<Entry>}
 */
export async function join(queueId, accessToken, signal) {
  return (await ask(`/v1/queues/${queueId}/entries`, { method: 'POST', token: accessToken, signal })).body;
}

/**
 * @param {string} queueId
 * @param {string} queueToken
 * @param {AbortSignal} signal
 * @returns {Promise<Entry>}
 */
export async function look(queueId, queueToken, signal) {
  return (await ask(`/v1/queues/${queueId}/entries/me`, { token: queueToken, signal })).body;
}

/**
 * @param {string} queueId
 * @param {string} queueToken
 * @param {AbortSignal} signal
 */
export async function leave(queueId, queueToken, signal) {
  await askUntilAnswered(`/v1/queues/${queueId}/entries/me`, { method: 'DELETE', token: queueToken, signal });
}

/**
 * @param {string} queueId
 * @param {AbortSignal} signal
 * @returns {Promise<import('./types.js').Queue>}
 */
export async function queue(queueId, signal) {
  return (await ask(`/v1/queues/${queueId}`, { signal })).body;
}
