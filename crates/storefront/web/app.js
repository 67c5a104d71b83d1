// @ts-check
import { frame } from './elements/frame.js';
import { again } from './navigation.js';
import { concertsPage } from './pages/concerts.js';
import { datesPage } from './pages/dates.js';
import { linePage } from './pages/line.js';
import { nothingPage } from './pages/nothing.js';
import { reservationPage } from './pages/reservation.js';
import { reservationsPage } from './pages/reservations.js';
import { seatsPage } from './pages/seats.js';
import { ticketsPage } from './pages/tickets.js';
import { walletPage } from './pages/wallet.js';
import { welcomePage } from './pages/welcome.js';
import { onSession, session } from './session/session.js';
import { run } from './shell.js';

/**
 * @typedef {import('./navigation.js').At} At
 * @typedef {import('./navigation.js').AtAsFan} AtAsFan
 * @typedef {import('./navigation.js').Page} Page
 */

/** @type {[RegExp, (at: At) => Page][]} */
const open = [[/^\/$/, concertsPage]];

/** @type {[RegExp, (at: AtAsFan) => Page][]} */
const ofAFan = [
  [/^\/app\/concerts\/(?<concertId>[\w-]+)\/line$/, linePage],
  [/^\/app\/concerts\/(?<concertId>[\w-]+)\/dates$/, datesPage],
  [/^\/app\/concerts\/(?<concertId>[\w-]+)\/schedules\/(?<scheduleId>[\w-]+)\/seats$/, seatsPage],
  [/^\/app\/reservations$/, reservationsPage],
  [/^\/app\/reservations\/(?<reservationId>[\w-]+)$/, reservationPage],
  [/^\/app\/reservations\/(?<reservationId>[\w-]+)\/tickets$/, ticketsPage],
  [/^\/app\/wallet$/, walletPage],
];

/**
 * The page at a path. Who is nobody yet is asked for a name first, on the spot: the address stays.
 *
 * @param {string} path
 * @param {AbortSignal} signal
 * @returns {Page}
 */
function pageAt(path, signal) {
  const fan = session();
  for (const [pattern, page] of open) {
    if (pattern.test(path)) return page({ params: {}, signal, session: fan });
  }
  for (const [pattern, page] of ofAFan) {
    const found = pattern.exec(path);
    if (!found) continue;
    const at = { params: { ...found.groups }, signal, session: fan };
    return fan ? page({ ...at, session: fan }) : welcomePage(at);
  }
  return nothingPage();
}

onSession(again);
run({ pageAt, frame, owns: (path) => path === '/' || path.startsWith('/app/') });
