// @ts-check
import { command, look } from './admin.js';

/** @typedef {import('./types.js').Reservation} Reservation */

/**
 * @param {string} scheduleId
 * @param {AbortSignal} signal
 * @returns {Promise<import('./types.js').Sales>}
 */
export async function sales(scheduleId, signal) {
  return look(`/v1/admin/schedules/${scheduleId}/sales`, { signal });
}

/**
 * Oldest first: that is what is stuck.
 *
 * @param {string} scheduleId
 * @param {{ status: string, seat: string }} wanted empty: all
 * @param {string | null} cursor
 * @param {AbortSignal} signal
 * @returns {Promise<{ reservations: Reservation[], nextCursor: string | null }>}
 */
export async function reservations(scheduleId, { status, seat }, cursor, signal) {
  const query = new URLSearchParams({ limit: '50' });
  if (status) query.set('status', status);
  if (seat) query.set('seat', seat);
  if (cursor) query.set('cursor', cursor);
  return command(`/v1/admin/schedules/${scheduleId}/reservations?${query}`, { signal });
}

/**
 * @param {string} id
 * @param {AbortSignal} signal
 * @returns {Promise<Reservation>}
 */
export async function reservation(id, signal) {
  return command(`/v1/admin/reservations/${id}`, { signal });
}

/**
 * @param {string} id
 * @param {string} reason
 * @param {string} key
 * @param {AbortSignal} signal
 * @returns {Promise<Reservation>}
 */
export async function release(id, reason, key, signal) {
  return command(`/v1/admin/reservations/${id}/release`, { method: 'POST', body: { reason }, key, signal });
}
