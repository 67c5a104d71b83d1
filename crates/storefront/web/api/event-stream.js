// @ts-check
import { problemOf } from './problem.js';
import { observe } from './server-clock.js';

/** @typedef {{ event: string, data: string, id: string | null }} StreamEvent */

/** The server sends a comment every 15 s; a stream that is silent for three times as long is dead. */
const SILENCE_MS = 45_000;

/**
 * Server-sent events over fetch: EventSource cannot show a credential.
 *
 * @param {string} path
 * @param {{ token: string, lastEventId?: string | null, signal: AbortSignal, onOpen?: () => void }} options
 * @returns {AsyncGenerator<StreamEvent, void, void>} ends when the server ends it
 * @throws {import('./problem.js').Problem} the server has no stream for us
 * @throws {TypeError | DOMException} the connection broke, or fell silent
 */
export async function* events(path, { token, lastEventId, signal, onOpen }) {
  const silence = new AbortController();
  /** @type {Record<string, string>} */
  const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' };
  if (lastEventId) headers['last-event-id'] = lastEventId;
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  // A pulled cable breaks no connection: reading on would wait for the silence.
  addEventListener('offline', () => silence.abort(), { signal: AbortSignal.any([signal, silence.signal]) });
  try {
    const response = await fetch(path, {
      headers,
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.any([signal, silence.signal]),
    });
    observe(response);
    if (!response.ok || !response.body) throw await problemOf(response);
    onOpen?.();
    const parser = new EventParser();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      yield* parser.push(value);
    }
  } finally {
    clearTimeout(timer);
    // Whoever stops listening early lets go of the connection too.
    silence.abort();
  }
}

/** https://html.spec.whatwg.org/multipage/server-sent-events.html, as far as our server speaks it. */
export class EventParser {
  constructor() {
    this.rest = '';
    this.event = '';
    /** @type {string[]} */
    this.data = [];
    /** @type {string | null} */
    this.id = null;
  }

  /**
   * @param {string} text
   * @returns {Generator<StreamEvent, void, void>}
   */
  *push(text) {
    // A pair of CR and LF may be cut in two: a CR at the end waits for what follows.
    const all = this.rest + text;
    const whole = all.endsWith('\r') ? all.slice(0, -1) : all;
    const lines = whole.split(/\r\n|\r|\n/);
    this.rest = (lines.pop() ?? '') + all.slice(whole.length);
    for (const line of lines) {
      if (line !== '') {
        this.field(line);
      } else if (this.data.length > 0) {
        yield { event: this.event || 'message', data: this.data.join('\n'), id: this.id };
        this.event = '';
        this.data = [];
      }
    }
  }

  /** @param {string} line */
  field(line) {
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') this.event = value;
    else if (name === 'data') this.data.push(value);
    else if (name === 'id') this.id = value;
  }
}
