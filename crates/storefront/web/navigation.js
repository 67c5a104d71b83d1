// @ts-check

/**
 * What a page is given.
 *
 * @typedef {object} At
 * @property {Record<string, string>} params from the path
 * @property {AbortSignal} signal ends when the fan goes elsewhere
 * @property {import('./session/session.js').Session | null} session
 *
 * A page that needs a fan is given one.
 * @typedef {At & { session: import('./session/session.js').Session }} AtAsFan
 *
 * @typedef {{ title: string, body: import('./elements/element.js').Child[] }} Page
 */

const MOVED = 'boxoffice-moved';

/**
 * @param {string} path
 * @param {{ replace?: boolean }} [how]
 */
export function go(path, { replace = false } = {}) {
  if (replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  dispatchEvent(new Event(MOVED));
}

/** Shows the page anew. */
export function again() {
  dispatchEvent(new Event(MOVED));
}

/** @param {() => void} listener */
export function onMove(listener) {
  addEventListener(MOVED, listener);
  addEventListener('popstate', listener);
}

export const paths = {
  concerts: '/',
  /** @param {string} concertId */
  line: (concertId) => `/app/concerts/${concertId}/line`,
  /** @param {string} concertId */
  dates: (concertId) => `/app/concerts/${concertId}/dates`,
  /** @param {string} concertId @param {string} scheduleId */
  seats: (concertId, scheduleId) => `/app/concerts/${concertId}/schedules/${scheduleId}/seats`,
  reservations: '/app/reservations',
  /** @param {string} id */
  reservation: (id) => `/app/reservations/${id}`,
  /** @param {string} id */
  tickets: (id) => `/app/reservations/${id}/tickets`,
  wallet: '/app/wallet',
};
