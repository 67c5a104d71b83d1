// @ts-check
import { nothingPage } from '../pages/nothing.js';
import { run } from '../shell.js';
import { frame } from './elements/frame.js';
import { concertPage } from './pages/concert.js';
import { concertsPage } from './pages/concerts.js';
import { newConcertPage } from './pages/new-concert.js';
import { overviewPage } from './pages/overview.js';
import { seatsPage } from './pages/seats.js';
import { signInPage } from './pages/sign-in.js';
import { paths } from './paths.js';
import { isSignedIn } from './session/operator.js';
import { w } from './text/words.js';

/**
 * What a page of the console is given.
 *
 * @typedef {{ params: Record<string, string>, signal: AbortSignal }} At
 */

/** @type {[RegExp, (at: At) => import('../navigation.js').Page][]} */
const pages = [
  [/^\/operator\/?$/, overviewPage],
  [/^\/operator\/seats$/, seatsPage],
  [/^\/operator\/concerts$/, concertsPage],
  [/^\/operator\/concerts\/new$/, newConcertPage],
  [/^\/operator\/concerts\/(?<concertId>[\w-]+)$/, concertPage],
];

run({
  // Who has shown no token is asked for it on the spot: the address stays.
  pageAt: (path, signal) => {
    if (!isSignedIn()) return signInPage(signal);
    for (const [pattern, page] of pages) {
      const found = pattern.exec(path);
      if (found) return page({ params: { ...found.groups }, signal });
    }
    return nothingPage({ href: paths.overview, name: w('overview.title') });
  },
  frame,
  owns: (path) => path === '/operator' || path.startsWith('/operator/'),
});
