// @ts-check
import { askUntilAnswered } from './http.js';

/** @typedef {import('./types.js').Concert} Concert */

/**
 * @param {string | null} cursor
 * @param {AbortSignal} signal
 * @returns {Promise<{ concerts: Concert[], nextCursor: string | null }>}
 */
export async function concerts(cursor, signal) {
  const page = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
  return (await askUntilAnswered(`/v1/concerts?limit=50${page}`, { signal })).body;
}

/**
 * @param {string} id
 * @param {AbortSignal} signal
 * @returns {Promise<Concert>}
 */
export async function concert(id, signal) {
  return (await askUntilAnswered(`/v1/concerts/${id}`, { signal })).body;
}

/**
 * @param {string} concertId
 * @param {string} pass
 * @param {AbortSignal} signal
 * @returns {Promise<import('./types.js').Schedule[]>}
 */
export async function schedules(concertId, pass, signal) {
  const { body } = await askUntilAnswered(`/v1/concerts/${concertId}/schedules`, { token: pass, signal });
  return body.schedules;
}

/**
 * @param {string} scheduleId
 * @param {string} token an access token will do
 * @param {AbortSignal} signal
 * @returns {Promise<import('./types.js').Performance>}
 */
export async function performanceOf(scheduleId, token, signal) {
  return (await askUntilAnswered(`/v1/schedules/${scheduleId}`, { token, signal })).body;
}

/**
 * @param {string} scheduleId
 * @param {string} pass
 * @param {string | null} known
 * @param {AbortSignal} signal
 * @returns {Promise<{ map: import('./types.js').SeatsBody | null, tag: string | null }>} no map: it is as known
 */
export async function seats(scheduleId, pass, known, signal) {
  const answer = await askUntilAnswered(`/v1/schedules/${scheduleId}/seats`, { token: pass, known, signal });
  return { map: answer.body, tag: answer.tag };
}
