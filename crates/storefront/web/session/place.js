// @ts-check
import { serverNow, until } from '../api/server-clock.js';

/**
 * A fan's place in one line, as this browser last heard of it. It is kept for every tab: a closed tab, a reload and a
 * second tab all come back to the one place.
 *
 * @typedef {object} Place
 * @property {string} userId
 * @property {string} queueId
 * @property {string} concertId the concert it was joined for; a queue may stand before several
 * @property {number} joinedAt server time, ms
 * @property {number} startedAhead fans in front when it began
 * @property {import('../api/types.js').Entry} entry
 * @property {'live' | 'polling' | 'lost'} connection
 * @property {Ending | null} ended
 *
 * @typedef {'bought' | 'left' | 'pass_expired' | 'absent' | 'closed'} Ending
 */

/** @param {string} queueId */
const stored = (queueId) => `boxoffice.place.${queueId}`;

/** @type {Set<(queueId: string) => void>} */
const listeners = new Set();

/**
 * @param {string} queueId
 * @param {string} userId
 * @returns {Place | null}
 */
export function placeIn(queueId, userId) {
  try {
    const place = /** @type {Place | null} */ (JSON.parse(localStorage.getItem(stored(queueId)) ?? 'null'));
    return place?.userId === userId ? place : null;
  } catch {
    return null;
  }
}

/** @param {Place} place */
export function keepPlace(place) {
  localStorage.setItem(stored(place.queueId), JSON.stringify(place));
  for (const listener of listeners) listener(place.queueId);
}

/** @param {string} queueId */
export function dropPlace(queueId) {
  localStorage.removeItem(stored(queueId));
  for (const listener of listeners) listener(queueId);
}

/**
 * The place has ended; why is kept, so that the fan is told.
 *
 * @param {Place} place
 * @param {Ending} ended
 */
export function endPlace(place, ended) {
  const { pass: _pass, passExpiresAt: _expiry, ...entry } = place.entry;
  keepPlace({ ...place, entry, ended });
}

/**
 * @param {import('../api/types.js').Entry} entry
 * @param {Place | null} before
 * @param {string} queueId
 * @param {string} concertId
 * @returns {Place}
 */
export function placeOf(entry, before, queueId, concertId) {
  const same = before?.entry.entryId === entry.entryId ? before : null;
  return {
    userId: entry.userId,
    queueId,
    concertId,
    joinedAt: same?.joinedAt ?? serverNow(),
    startedAhead: Math.max(same?.startedAhead ?? 0, entry.ahead),
    entry,
    connection: before?.connection ?? 'polling',
    ended: null,
  };
}

/**
 * The pass for a queue, where there is one that has not run out.
 *
 * @param {string} queueId
 * @param {string} userId
 * @returns {{ pass: string, expiresAt: string, place: Place } | null}
 */
export function passFor(queueId, userId) {
  const place = placeIn(queueId, userId);
  const { pass, passExpiresAt } = place?.entry ?? {};
  if (!place || place.ended || !pass || !passExpiresAt || until(passExpiresAt) <= 0) return null;
  return { pass, expiresAt: passExpiresAt, place };
}

/**
 * Tells when the place in a queue changes, in this tab or another.
 *
 * @param {string} queueId
 * @param {AbortSignal} signal
 * @param {() => void} changed
 */
export function onPlace(queueId, signal, changed) {
  /** @param {string} which */
  const listener = (which) => {
    if (which === queueId) changed();
  };
  listeners.add(listener);
  signal.addEventListener('abort', () => listeners.delete(listener));
  addEventListener(
    'storage',
    (event) => {
      if (event.key === stored(queueId) || event.key === null) changed();
    },
    { signal },
  );
}
