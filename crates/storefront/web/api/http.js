// @ts-check
import { NoAnswer, Problem, problemOf } from './problem.js';
import { observe } from './server-clock.js';
import { backoff, isEnd, pause, withJitter } from './waiting.js';

/** The server answers or refuses within seconds; whoever has heard nothing by now will not. */
const DEADLINE_MS = 15_000;
/** Tries of what a fan looks at and can ask for again. */
const TRIES = 4;

/**
 * @typedef {object} Ask
 * @property {'GET' | 'POST' | 'DELETE' | 'PUT'} [method]
 * @property {string | null} [token] access token, queue token or pass
 * @property {unknown} [body]
 * @property {string} [key] Idempotency-Key
 * @property {string | null} [known] the ETag of what is known already
 * @property {AbortSignal} signal
 */

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {any} body JSON, `null` where there is none
 * @property {string | null} tag
 * @property {string | null} location
 */

/**
 * Asks once.
 *
 * @param {string} path
 * @param {Ask} ask
 * @returns {Promise<Answer>}
 * @throws {Problem} the server refused
 * @throws {NoAnswer} nobody knows what became of it
 */
export async function ask(path, { method = 'GET', token, body, key, known, signal }) {
  /** @type {Record<string, string>} */
  const headers = {};
  if (token) headers['authorization'] = `Bearer ${token}`;
  if (key) headers['idempotency-key'] = key;
  if (known) headers['if-none-match'] = known;
  if (body !== undefined) headers['content-type'] = 'application/json';
  /** @type {RequestInit} */
  const init = {
    method,
    headers,
    cache: 'no-store',
    credentials: 'omit',
    signal: AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]),
  };
  if (body !== undefined) init.body = JSON.stringify(body);
  try {
    const response = await fetch(path, init);
    observe(response);
    if (!response.ok && response.status !== 304) {
      throw await problemOf(response);
    }
    const text = response.status === 304 || response.status === 204 ? '' : await response.text();
    return {
      status: response.status,
      body: text === '' ? null : JSON.parse(text),
      tag: response.headers.get('etag'),
      location: response.headers.get('location'),
    };
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (signal.aborted) throw signal.reason;
    throw new NoAnswer(error);
  }
}

/**
 * Asks again where that may help: no answer came, or the server said "later". Only for what is the same when it is
 * done twice: a GET, a DELETE, or a POST with an Idempotency-Key or one that is idempotent by itself.
 *
 * @param {string} path
 * @param {Ask} options
 * @param {{ tries?: number, onRetry?: (error: Problem | NoAnswer, attempt: number) => void }} [patience]
 * @returns {Promise<Answer>}
 */
export async function askUntilAnswered(path, options, { tries = TRIES, onRetry } = {}) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask(path, options);
    } catch (error) {
      const again = error instanceof NoAnswer || (error instanceof Problem && error.passes);
      if (!again || attempt >= tries) throw error;
      onRetry?.(error, attempt);
      await pause(waitAfter(error, attempt), options.signal);
    }
  }
}

/**
 * @param {Problem | NoAnswer} error
 * @param {number} attempt
 */
export function waitAfter(error, attempt) {
  const told = error instanceof Problem ? error.retryAfterMs : null;
  return told === null ? backoff(attempt) : withJitter(told);
}

export { isEnd };
