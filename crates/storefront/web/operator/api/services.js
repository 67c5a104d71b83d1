// @ts-check
import { look } from './admin.js';

/** @type {import('./types.js').ServiceName[]} */
export const SERVICES = ['queue', 'concert', 'reservation', 'wallet'];

/**
 * @param {import('./types.js').ServiceName} name
 * @param {AbortSignal} signal
 * @returns {Promise<import('./types.js').Service>}
 */
export async function service(name, signal) {
  return look(`/v1/admin/services/${name}`, { signal });
}
