// @ts-check
import { seats } from '../api/catalogue.js';
import { events } from '../api/event-stream.js';
import { NoAnswer, Problem } from '../api/problem.js';
import { waitAfter } from '../api/http.js';
import { isEnd, pause, withJitter } from '../api/waiting.js';

/** How often the seats are asked about where there is no stream. */
const POLL_MS = 2_000;
/** A stream that broke is tried again after this long; until then the seats are polled. */
const STREAM_AGAIN_MS = 30_000;
/** A stream that held for this long was a good one: it is opened again at once. */
const STREAM_HELD_MS = 10_000;

/** @typedef {'live' | 'polling' | 'lost'} Connection */

/**
 * Keeps the map as the hall is: by the server's stream, from the version that is known; by asking where there is none.
 *
 * @param {{ scheduleId: string, pass: string, map: import('./model.js').SeatMap, tag: string | null,
 *   signal: AbortSignal, tell: (connection: Connection) => void }} hall
 * @returns {Promise<void>} when `signal` ends
 * @throws {Problem} the pass opens this door no more
 */
export async function follow({ scheduleId, pass, map, tag, signal, tell }) {
  const path = `/v1/schedules/${scheduleId}/seats/events`;
  let streamFrom = 0;
  let failures = 0;
  let known = tag;

  const stream = async () => {
    const began = performance.now();
    try {
      const told = events(path, {
        token: pass,
        lastEventId: String(map.version),
        signal,
        onOpen: () => tell('live'),
      });
      for await (const { event, data } of told) {
        if (event === 'seats') map.apply(JSON.parse(data));
        failures = 0;
      }
    } catch (error) {
      if (signal.aborted || (error instanceof Problem && !error.passes && error.status !== 404)) throw error;
      if (error instanceof Problem && error.status === 404) streamFrom = Infinity;
    }
    const held = performance.now() - began >= STREAM_HELD_MS;
    if (streamFrom !== Infinity) streamFrom = held ? 0 : performance.now() + withJitter(STREAM_AGAIN_MS);
  };

  const poll = async () => {
    const answer = await seats(scheduleId, pass, known, signal);
    known = answer.tag ?? known;
    if (answer.map) map.replace(answer.map);
    failures = 0;
    tell('polling');
  };

  try {
    for (;;) {
      let wait = withJitter(POLL_MS);
      try {
        if (performance.now() >= streamFrom) await stream();
        await poll();
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        const passes = error instanceof NoAnswer || (error instanceof Problem && error.passes);
        if (!passes) throw error;
        failures += 1;
        tell('lost');
        wait = waitAfter(error, failures);
      }
      await pause(wait, signal);
    }
  } catch (error) {
    if (!isEnd(error)) throw error;
  }
}
