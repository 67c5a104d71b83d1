// @ts-check
import { newKey } from '../../api/idempotency.js';
import { Problem } from '../../api/problem.js';

/**
 * Sends a command under an Idempotency-Key that stays until the outcome is known: what was not answered is asked again
 * under the same key, also after a reload, and done once. Another body is another command.
 *
 * @template Outcome
 * @param {string} name such as `concert`
 * @param {unknown} body
 * @param {(key: string) => Promise<Outcome>} send
 * @returns {Promise<Outcome>}
 */
export async function once(name, body, send) {
  const stored = `boxoffice.operator.command.${name}`;
  const about = JSON.stringify(body);
  const before = kept(stored);
  const key = before?.about === about ? before.key : newKey();
  sessionStorage.setItem(stored, JSON.stringify({ about, key }));
  try {
    const outcome = await send(key);
    sessionStorage.removeItem(stored);
    return outcome;
  } catch (error) {
    if (error instanceof Problem && !error.passes) sessionStorage.removeItem(stored);
    throw error;
  }
}

/**
 * @param {string} stored
 * @returns {{ about: string, key: string } | null}
 */
function kept(stored) {
  try {
    return JSON.parse(sessionStorage.getItem(stored) ?? 'null');
  } catch {
    return null;
  }
}
