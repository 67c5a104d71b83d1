// @ts-check
import { ask } from '../../api/http.js';
import { command, look } from './admin.js';

/** @typedef {import('./types.js').Queue} Queue */

/**
 * Whether a token is an operator's: whoever may see the queues is one.
 *
 * @param {string} token
 * @param {AbortSignal} signal
 */
export async function tryToken(token, signal) {
  await ask('/v1/admin/queues', { token, signal });
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<Queue[]>}
 */
export async function queues(signal) {
  return (await look('/v1/admin/queues', { signal })).queues;
}

/**
 * What is absent stays as it is.
 *
 * @param {string} queueId
 * @param {Partial<Pick<Queue, 'state' | 'maxActive' | 'admitPerMinute' | 'passTtlSeconds'>>} change
 * @param {AbortSignal} signal
 */
export async function changeQueue(queueId, change, signal) {
  await command(`/v1/admin/queues/${queueId}`, { method: 'PUT', body: change, signal });
}
