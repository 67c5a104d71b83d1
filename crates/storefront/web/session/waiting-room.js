// @ts-check
import { events } from '../api/event-stream.js';
import { Problem } from '../api/problem.js';
import * as queues from '../api/queues.js';
import { waitAfter } from '../api/http.js';
import { NoAnswer } from '../api/problem.js';
import { isEnd, pause, withJitter } from '../api/waiting.js';
import { inOneTab } from './one-of-the-tabs.js';
import { dropPlace, endPlace, keepPlace, placeIn, placeOf } from './place.js';

/** A stream that broke is tried again after this long; until then the place is polled. */
const STREAM_AGAIN_MS = 60_000;
/** A stream that held for this long was a good one: it is opened again at once. */
const STREAM_HELD_MS = 10_000;
/** How often a fan who cannot join (paused, not yet in line) asks whether they can now. */
const DOOR_MS = 5_000;

/**
 * Takes a fan through one line: joins it, follows the place by the server's stream or by polling, and goes on by itself
 * whatever happens to the connection. What it hears it keeps in `place.js`, where every tab sees it.
 */
export class WaitingRoom {
  /**
   * @param {{ queueId: string, concertId: string, session: import('./session.js').Session,
   *   onTrouble: (trouble: Problem | NoAnswer | null) => void }} line
   */
  constructor({ queueId, concertId, session, onTrouble }) {
    this.queueId = queueId;
    this.concertId = concertId;
    this.session = session;
    this.onTrouble = onTrouble;
    this.failures = 0;
    this.streamFrom = 0;
  }

  get place() {
    return placeIn(this.queueId, this.session.userId);
  }

  /** @param {AbortSignal} signal */
  async follow(signal) {
    try {
      await inOneTab(`place.${this.queueId}`, signal, (turn) => this.keepOn(turn));
    } catch (error) {
      if (!isEnd(error)) throw error;
    }
  }

  /** @param {AbortSignal} signal */
  async keepOn(signal) {
    for (;;) {
      let wait;
      try {
        wait = await this.step(signal);
        this.failures = 0;
        this.onTrouble(null);
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        wait = this.afterTrouble(error);
      }
      if (wait === null) return;
      await pause(wait, signal);
    }
  }

  /**
   * @param {AbortSignal} signal
   * @returns {Promise<number | null>} when to go on; `null`: there is no more to wait for
   */
  async step(signal) {
    const place = this.place;
    if (place?.ended) return null;
    if (!place) {
      const entry = await queues.join(this.queueId, this.session.accessToken, signal);
      return this.heard(entry, 'polling');
    }
    if (place.entry.status === 'waiting' && performance.now() >= this.streamFrom) {
      await this.stream(place.entry.queueToken, signal);
    }
    const token = (this.place ?? place).entry.queueToken;
    return this.heard(await queues.look(this.queueId, token, signal), 'polling');
  }

  /**
   * Listens for as long as the server talks. How it ends is no trouble: the next look says what is.
   *
   * @param {string} token
   * @param {AbortSignal} signal
   */
  async stream(token, signal) {
    const began = performance.now();
    try {
      for await (const { event, data } of events(`/v1/queues/${this.queueId}/entries/me/events`, { token, signal })) {
        if (event !== 'entry') continue;
        this.onTrouble(null);
        if (this.heard(JSON.parse(data), 'live') === null) return;
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const none = error instanceof Problem && error.status === 404;
      this.streamFrom = none ? Infinity : 0;
    }
    const held = performance.now() - began >= STREAM_HELD_MS;
    if (this.streamFrom !== Infinity) this.streamFrom = held ? 0 : performance.now() + withJitter(STREAM_AGAIN_MS);
  }

  /**
   * @param {import('../api/types.js').Entry} entry
   * @param {'live' | 'polling'} connection
   * @returns {number | null}
   */
  heard(entry, connection) {
    const before = this.place;
    const place = { ...placeOf(entry, before, this.queueId, this.concertId), connection };
    if (entry.status === 'done') endPlace(place, 'bought');
    else if (entry.status === 'expired') endPlace(place, before?.entry.pass ? 'pass_expired' : 'absent');
    else keepPlace(place);
    return entry.status === 'waiting' ? withJitter(entry.pollAfterMs) : null;
  }

  /**
   * @param {unknown} error
   * @returns {number | null} when to try again
   */
  afterTrouble(error) {
    if (!(error instanceof Problem) && !(error instanceof NoAnswer)) throw error;
    const place = this.place;
    if (error instanceof Problem && place && !place.ended) {
      if (error.code === 'pass_expired') {
        this.over(error.word('entryStatus'));
        return null;
      }
      // Not a place any more that anybody knows of: back to the end of the line, which is where the server would put it.
      if (error.status === 401 || error.status === 403 || error.status === 404) {
        dropPlace(this.queueId);
        return 0;
      }
      // Two tabs have asked, or the clock was early: nothing is wrong.
      if (error.status === 429) return waitAfter(error, 1);
    }
    this.failures += 1;
    if (place && !place.ended) keepPlace({ ...place, connection: 'lost' });
    this.onTrouble(error);
    if (error instanceof Problem && error.code === 'queue_paused') return withJitter(DOOR_MS);
    if (error instanceof Problem && !error.passes) return null;
    return waitAfter(error, this.failures);
  }

  /** @param {string} status how the server says that the place ended */
  over(status) {
    const place = this.place;
    if (!place) return;
    const inside = place.entry.status === 'admitted';
    endPlace(place, status === 'done' ? 'bought' : inside ? 'pass_expired' : 'absent');
  }
}

/**
 * Gives the place up, or the slot inside.
 *
 * @param {import('./place.js').Place} place
 * @param {AbortSignal} signal
 */
export async function leaveLine(place, signal) {
  try {
    await queues.leave(place.queueId, place.entry.queueToken, signal);
  } catch (error) {
    // Whatever else the server says, the place is not there any more.
    if (!(error instanceof Problem) || error.passes) throw error;
  }
  endPlace(place, 'left');
}
