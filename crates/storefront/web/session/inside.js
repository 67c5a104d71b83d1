// @ts-check
import { concert } from '../api/catalogue.js';
import { Problem } from '../api/problem.js';
import * as queues from '../api/queues.js';
import { endPlace, keepPlace, passFor, placeIn, placeOf } from './place.js';

/** There is no pass for this concert's line, or none any more. */
export class NoPass extends Error {
  /** @param {import('./place.js').Place | null} place */
  constructor(place) {
    super('no pass');
    this.name = 'NoPass';
    this.place = place;
  }
}

/**
 * The concert and the pass that opens its sale.
 *
 * @param {string} concertId
 * @param {import('./session.js').Session} session
 * @param {AbortSignal} signal
 * @throws {NoPass}
 */
export async function inside(concertId, session, signal) {
  const about = await concert(concertId, signal);
  const admitted = passFor(about.queueId, session.userId);
  if (!admitted) throw new NoPass(placeIn(about.queueId, session.userId));
  return { concert: about, ...admitted };
}

/**
 * What a refused pass means: it has ended, and the line knows how. Any other error is itself.
 *
 * @param {unknown} error
 * @param {import('./place.js').Place} place
 * @param {AbortSignal} signal
 * @returns {Promise<unknown>}
 */
export async function whyRefused(error, place, signal) {
  const refused = error instanceof Problem && (error.status === 401 || error.code === 'not_admitted');
  if (!refused || !place.entry.pass) return error;
  try {
    const entry = await queues.look(place.queueId, place.entry.queueToken, signal);
    keepPlace(placeOf(entry, place, place.queueId, place.concertId));
  } catch (ended) {
    if (signal.aborted) throw signal.reason;
    const status = ended instanceof Problem ? ended.word('entryStatus') : '';
    endPlace(place, status === 'done' ? 'bought' : 'pass_expired');
  }
  return new NoPass(placeIn(place.queueId, place.userId));
}
