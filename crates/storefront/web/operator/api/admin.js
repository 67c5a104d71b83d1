// @ts-check
import { ask, askUntilAnswered } from '../../api/http.js';
import { Problem } from '../../api/problem.js';
import { signOut, token } from '../session/operator.js';

/** @typedef {Omit<import('../../api/http.js').Ask, 'token'>} Asked */

/**
 * Asks as the operator, once. A token that is refused ends the session, with the reason.
 *
 * @param {string} path
 * @param {Asked} asked
 * @returns {Promise<any>} the body
 */
export async function look(path, asked) {
  return (await asOperator((as) => ask(path, { ...asked, token: as }))).body;
}

/**
 * The same, and again where that may help: for what is the same when it is done twice.
 *
 * @param {string} path
 * @param {Asked} asked
 * @returns {Promise<any>} the body
 */
export async function command(path, asked) {
  return (await asOperator((as) => askUntilAnswered(path, { ...asked, token: as }))).body;
}

/**
 * @template Answer
 * @param {(token: string | null) => Promise<Answer>} send
 */
async function asOperator(send) {
  const as = token();
  try {
    return await send(as);
  } catch (error) {
    const why = refusalOf(error);
    // Another token may have been given meanwhile.
    if (why && as === token()) signOut(why);
    throw error;
  }
}

/**
 * @param {unknown} error
 * @returns {import('../session/operator.js').Refusal | null}
 */
export function refusalOf(error) {
  if (!(error instanceof Problem)) return null;
  if (error.status === 401) return 'unknown';
  return error.status === 403 ? 'not_operator' : null;
}
