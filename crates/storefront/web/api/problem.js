// @ts-check

/** What the server said no to: RFC 9457, with v1's stable `code`. */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {Record<string, unknown>} body
   * @param {number | null} retryAfterMs
   */
  constructor(status, body, retryAfterMs) {
    const code = typeof body.code === 'string' ? body.code : `http_${status}`;
    super(typeof body.detail === 'string' ? body.detail : code);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    /** Named extras, such as `conflicts` or `balance`. */
    this.body = body;
    this.retryAfterMs = retryAfterMs;
    this.requestId = typeof body.requestId === 'string' ? body.requestId : '';
  }

  /** Nothing was done and the same may be asked again a moment later. */
  get passes() {
    return this.status === 429 || this.status >= 500 || this.code === 'idempotency_key_in_flight';
  }

  /** @param {string} name */
  number(name) {
    const value = this.body[name];
    return typeof value === 'number' ? value : null;
  }

  /** @param {string} name */
  word(name) {
    const value = this.body[name];
    return typeof value === 'string' ? value : '';
  }

  /** @param {string} name */
  words(name) {
    const value = this.body[name];
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  }
}

/** No answer came. What was asked for may or may not have been done. */
export class NoAnswer extends Error {
  /** @param {unknown} cause */
  constructor(cause) {
    super('no answer', { cause });
    this.name = 'NoAnswer';
  }
}

/**
 * @param {Response} response
 * @returns {Promise<Problem>}
 */
export async function problemOf(response) {
  const seconds = Number(response.headers.get('retry-after'));
  const retryAfterMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null;
  /** @type {Record<string, unknown>} */
  let body = {};
  try {
    body = await response.json();
  } catch {
    // A gateway in between answers in its own words: the status has to do.
  }
  return new Problem(response.status, body, retryAfterMs);
}
