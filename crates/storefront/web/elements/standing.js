// @ts-check
import { serverNow } from '../api/server-clock.js';
import { count, span } from '../text/format.js';
import { t } from '../text/language.js';
import { announce } from './announce.js';
import { element, say } from './element.js';
import { notice } from './notice.js';
import { perforation } from './perforation.js';
import { ticket } from './ticket.js';

/** A place that moves every second is not read out every second. */
const READ_OUT_MS = 20_000;

/** @typedef {import('../session/place.js').Place} Place */

/**
 * Where a fan stands in line: a numbered ticket that tears on as the line moves.
 *
 * @param {AbortSignal} signal
 */
export function standing(signal) {
  const position = element('p', { class: 'place-number digits', id: 'place-number' });
  const ahead = element('p', { class: 'place-ahead' });
  const { line, show: progress } = perforation(t('line.progress'));
  const eta = element('dd');
  const since = element('dd');
  const moved = element('dd');
  const all = element('dd');
  const connection = element('p', { class: 'connection', role: 'status' });
  const paused = element('div', { role: 'status', class: 'stack' });
  const view = element('section', { class: 'stack', 'aria-label': t('line.title') }, paused, ticket(
    [element('p', { class: 'stub-label' }, t('line.position')), position, ahead, line, connection],
    [
      element('dl', { class: 'facts' }, row(t('line.eta'), eta), row(t('line.moved'), moved), row(t('line.all'), all), row(t('line.since'), since)),
    ],
    { kind: 'ticket-place' },
  ), next());
  view.hidden = true;

  let read = 0;
  let told = '';
  /** @type {Place | null} */
  let last = null;
  /** @type {import('../api/types.js').QueueState | null} */
  let lastState = null;

  const sinceWhen = () => {
    if (last) say(since, span(Math.max(1, (serverNow() - last.joinedAt) / 1000)));
  };
  const timer = setInterval(sinceWhen, 1_000);
  signal.addEventListener('abort', () => clearInterval(timer));

  /**
   * @param {Place | null} place
   * @param {import('../api/types.js').QueueState | null} state
   */
  const show = (place, state) => {
    last = place;
    view.hidden = place === null;
    if (!place) return;
    const { entry, startedAhead } = place;
    say(position, count(entry.position));
    say(ahead, t('line.ahead', { n: count(entry.ahead) }));
    progress(startedAhead === 0 ? 1 : 1 - entry.ahead / startedAhead);
    say(eta, etaText(entry.etaSeconds, state));
    say(moved, t('line.movedBy', { n: count(Math.max(0, startedAhead - entry.ahead)) }));
    say(all, t('line.people', { n: count(entry.waiting) }));
    sinceWhen();
    const link = place.connection;
    say(connection, t(link === 'lost' ? 'line.lost' : link === 'live' ? 'line.live' : 'line.polling'));
    connection.className = `connection connection-${link}`;
    if (state !== lastState) {
      lastState = state;
      paused.replaceChildren(...stateNotice(state));
    }
    const words = t('line.readOut', { position: count(entry.position), ahead: count(entry.ahead) });
    if (words !== told && performance.now() - read > READ_OUT_MS) {
      read = performance.now();
      told = words;
      announce(words);
    }
  };
  return { view, show };
}

/**
 * @param {string} name
 * @param {HTMLElement} value
 */
function row(name, value) {
  return element('div', {}, element('dt', {}, name), value);
}

/**
 * @param {{ low: number, high: number } | null} eta
 * @param {import('../api/types.js').QueueState | null} state
 */
function etaText(eta, state) {
  if (state === 'paused' || state === 'closed') return t('line.etaPaused');
  if (!eta) return t('line.etaUnknown');
  const [low, high] = [span(eta.low), span(eta.high)];
  return low === high ? t('line.etaAbout', { high }) : t('line.etaBetween', { low, high });
}

/** @param {import('../api/types.js').QueueState | null} state */
function stateNotice(state) {
  switch (state) {
    case 'paused':
      return [notice('warning', t('line.pausedTitle'), t('line.pausedText'))];
    case 'draining':
      return [notice('info', t('line.drainingTitle'), t('line.drainingText'))];
    case 'closed':
      return [notice('warning', t('line.closedTitle'), t('line.closedText'))];
    case 'open':
    case null:
      return [];
  }
}

function next() {
  return element(
    'section',
    { class: 'card', 'aria-labelledby': 'what-next' },
    element('h2', { id: 'what-next' }, t('line.next')),
    element(
      'ol',
      { class: 'steps' },
      element('li', {}, t('line.next1')),
      element('li', {}, t('line.next2')),
      element('li', {}, t('line.next3')),
    ),
    element('p', { class: 'quiet' }, t('line.stay')),
  );
}
