// @ts-check
import { giveUp, reservation } from '../api/reservations.js';
import { isEnd, pause, withJitter } from '../api/waiting.js';
import { again } from '../navigation.js';
import { clock, day, hour, won } from '../text/format.js';
import { t } from '../text/language.js';
import { announce } from './announce.js';
import { confirm } from './confirm.js';
import { countdown } from './countdown.js';
import { element, say } from './element.js';
import { trouble } from './notice.js';
import { perforation } from './perforation.js';
import { seatList } from './seat-name.js';
import { facts, ticket } from './ticket.js';

/** When a fan is told, too, that time runs out, and how often a screen reader says what is left. */
const WARN_MS = 60_000;

/** How often is looked whether the seats are still held. */
const LOOK_MS = 8_000;

/**
 * @typedef {object} Held
 * @property {import('../api/types.js').Reservation} held
 * @property {import('../api/types.js').Performance} performance
 * @property {import('../session/session.js').Session} session
 * @property {AbortSignal} signal
 */

/**
 * The seats of a reservation, what they cost, and, while they are held, how long yet.
 *
 * @param {Held & { ended: () => void }} hold
 */
export function holdTicket({ held, performance, session, signal, ended }) {
  const main = [
    element('p', { class: 'state state-good' }, t(`status.${held.status}`)),
    element('h2', {}, performance.title),
    facts(
      [t('reservation.when'), `${day(performance.startsAt)} ${hour(performance.startsAt)}`],
      [t('concerts.venue'), performance.venue],
      [t('reservation.seats'), seatList(held.seats)],
      [t('reservation.amount'), element('strong', { class: 'digits' }, won(held.amount))],
    ),
  ];
  if (held.status !== 'held') {
    return ticket(main, [element('span', { class: 'stub-label' }, t(`status.${held.status}`))]);
  }
  return ticket(
    [...main, releaseButton(held, session, signal)],
    timeLeft(held, session, signal, ended),
    { kind: 'ticket-hold' },
  );
}

/**
 * @param {import('../api/types.js').Reservation} held
 * @param {import('../session/session.js').Session} session
 * @param {AbortSignal} signal
 * @param {() => void} ended
 */
function timeLeft(held, session, signal, ended) {
  const left = element('span', { class: 'stub-big digits', role: 'timer' });
  const { line, show } = perforation(t('reservation.progress'));
  const whole = Math.max(1, Date.parse(held.expiresAt) - Date.parse(held.createdAt));
  let warned = held.expiresInSeconds * 1000 <= WARN_MS;
  const setRight = countdown(
    held.expiresInSeconds * 1000,
    signal,
    (ms) => {
      say(left, clock(ms));
      show(ms / whole);
      if (ms <= WARN_MS && !warned) {
        warned = true;
        announce(t('reservation.soon'), 'assertive');
      }
    },
    ended,
  );
  const lookAgain = async () => {
    if (document.visibilityState !== 'visible') return;
    try {
      const now = await reservation(held.reservationId, session.accessToken, signal);
      if (now.status === 'held') setRight(now.expiresInSeconds * 1000);
      // An operator may release what is stuck; the fan, too, on another device. A payment tells of itself.
      if (now.status === 'released' || now.status === 'expired') {
        announce(t(`reservation.${now.status}Text`), 'assertive');
        again();
      }
    } catch {
      // What is shown stands until there is better.
    }
  };
  document.addEventListener('visibilitychange', () => void lookAgain(), { signal });
  void every(LOOK_MS, signal, lookAgain);
  return [element('span', { class: 'stub-label' }, t('reservation.left')), left, line];
}

/**
 * @param {number} ms
 * @param {AbortSignal} signal
 * @param {() => Promise<void>} look
 */
async function every(ms, signal, look) {
  try {
    for (;;) {
      await pause(withJitter(ms), signal);
      await look();
    }
  } catch (error) {
    if (!isEnd(error)) throw error;
  }
}

/**
 * @param {import('../api/types.js').Reservation} held
 * @param {import('../session/session.js').Session} session
 * @param {AbortSignal} signal
 */
function releaseButton(held, session, signal) {
  const outcome = element('div', { 'aria-live': 'polite' });
  const release = async () => {
    const question = { title: t('release.title'), text: t('release.text'), yes: t('release.yes') };
    if (!(await confirm(question))) return;
    try {
      await giveUp(held.reservationId, session.accessToken, signal);
      announce(t('release.done'));
      again();
    } catch (error) {
      if (!signal.aborted) outcome.replaceChildren(trouble(error, again));
    }
  };
  return element(
    'div',
    { class: 'actions' },
    element('button', { type: 'button', class: 'link', onclick: release }, t('release.action')),
    outcome,
  );
}
