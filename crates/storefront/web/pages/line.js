// @ts-check
import { concert } from '../api/catalogue.js';
import { Problem } from '../api/problem.js';
import * as queues from '../api/queues.js';
import { isEnd, pause, withJitter } from '../api/waiting.js';
import { confirm } from '../elements/confirm.js';
import { element } from '../elements/element.js';
import { loading } from '../elements/loading.js';
import { endingText } from '../elements/no-pass.js';
import { notice, trouble } from '../elements/notice.js';
import { standing } from '../elements/standing.js';
import { go, paths } from '../navigation.js';
import { dropPlace, onPlace, passFor, placeIn } from '../session/place.js';
import { WaitingRoom, leaveLine } from '../session/waiting-room.js';
import { t } from '../text/language.js';

/** How often the queue itself is asked about: whether it is open. */
const QUEUE_MS = 5_000;

/**
 * The waiting room.
 *
 * @param {import('../navigation.js').AtAsFan} at
 * @returns {import('../navigation.js').Page}
 */
export function linePage(at) {
  const content = loading(at.signal, async () => {
    const about = await concert(at.params.concertId ?? '', at.signal);
    return [element('p', { class: 'lead' }, `${about.title} · ${about.venue}`), new Line(at, about).frame];
  });
  return { title: t('line.title'), body: [content] };
}

class Line {
  /**
   * @param {import('../navigation.js').AtAsFan} at
   * @param {import('../api/types.js').Concert} about
   */
  constructor({ signal, session }, about) {
    this.signal = signal;
    this.session = session;
    this.concertId = about.concertId;
    this.queueId = about.queueId;
    this.title = about.title;
    /** @type {import('../api/types.js').QueueState | null} */
    this.queueState = null;
    /** @type {unknown} */
    this.trouble = null;
    this.standing = standing(signal);
    this.around = element('div', { class: 'stack' });
    this.frame = element('div', { class: 'stack' }, this.standing.view, this.around);
    this.shown = '';
    this.following = false;
    onPlace(this.queueId, signal, () => this.show());
    document.addEventListener('visibilitychange', () => this.show(), { signal });
    this.begin();
    void this.watchQueue();
  }

  begin() {
    const { queueId, concertId, session, signal } = this;
    const onTrouble = (/** @type {unknown} */ trouble) => {
      this.trouble = trouble;
      this.show();
    };
    this.following = true;
    const room = new WaitingRoom({ queueId, concertId, session, onTrouble });
    void room.follow(signal).finally(() => (this.following = false));
    this.show();
  }

  /** A place says nothing of the queue being paused or closed; the queue does. */
  async watchQueue() {
    try {
      for (;;) {
        try {
          this.queueState = (await queues.queue(this.queueId, this.signal)).state;
          this.show();
        } catch (error) {
          if (isEnd(error)) throw error;
        }
        await pause(withJitter(QUEUE_MS), this.signal);
      }
    } catch (error) {
      if (!isEnd(error)) throw error;
    }
  }

  show() {
    if (this.signal.aborted) return;
    const place = placeIn(this.queueId, this.session.userId);
    const inside = passFor(this.queueId, this.session.userId);
    if (inside && document.visibilityState === 'visible') {
      go(paths.dates(this.concertId), { replace: true });
      return;
    }
    const waits = place !== null && !place.ended && place.entry.status === 'waiting';
    // Another tab has got in line again after the place had ended.
    if (waits && !this.following) this.begin();
    this.standing.show(waits ? place : null, this.queueState);
    if (waits) document.title = t('line.tab', { position: place.entry.position, title: this.title });
    if (inside) document.title = t('line.tabTurn', { title: this.title });
    const now = `${inside !== null}|${waits}|${place?.ended}|${this.queueState}|${this.code()}`;
    if (now === this.shown) return;
    this.shown = now;
    this.around.replaceChildren(...this.news(place, waits, inside !== null), ...(waits ? [leaveButton(place, this.signal)] : []));
  }

  code() {
    return this.trouble instanceof Problem ? this.trouble.code : this.trouble ? 'no_answer' : '';
  }

  /**
   * @param {import('../session/place.js').Place | null} place
   * @param {boolean} waits
   * @param {boolean} inside
   * @returns {HTMLElement[]}
   */
  news(place, waits, inside) {
    if (inside) {
      const way = element('a', { class: 'button button-main', href: paths.dates(this.concertId) }, t('line.enter'));
      return [notice('good', t('line.turn'), way)];
    }
    if (place?.ended) return [this.ended(place.ended)];
    if (waits) return [];
    if (this.code() === 'queue_paused') return [notice('warning', t('line.pausedTitle'), t('line.pausedOutside'))];
    if (this.trouble) return [trouble(this.trouble, () => this.begin())];
    return [element('p', { class: 'quiet waiting-dots', role: 'status' }, t('line.joining'))];
  }

  /** @param {import('../session/place.js').Ending} ended */
  ended(ended) {
    const why = this.queueState === 'closed' && ended === 'absent' ? 'closed' : ended;
    const rejoin = () => {
      dropPlace(this.queueId);
      this.begin();
    };
    return notice(
      ended === 'bought' ? 'good' : 'warning',
      endingText(why),
      element(
        'p',
        { class: 'actions' },
        ended === 'bought'
          ? element('a', { class: 'button button-main', href: paths.reservations }, t('reservations.title'))
          : null,
        this.queueState === 'closed'
          ? null
          : element('button', { type: 'button', class: 'button', onclick: rejoin }, t('line.rejoin')),
      ),
    );
  }
}

/**
 * @param {import('../session/place.js').Place} place
 * @param {AbortSignal} signal
 */
function leaveButton(place, signal) {
  const outcome = element('div', { 'aria-live': 'polite' });
  const leave = async () => {
    const sure = await confirm({
      title: t('line.leaveTitle'),
      text: t('line.leaveText'),
      yes: t('line.leaveYes'),
      no: t('line.leaveNo'),
    });
    if (!sure) return;
    try {
      const now = placeIn(place.queueId, place.userId) ?? place;
      await leaveLine(now, signal);
    } catch (error) {
      if (!signal.aborted) outcome.replaceChildren(trouble(error));
    }
  };
  const button = element('button', { type: 'button', class: 'button', onclick: leave }, t('line.leave'));
  return element('div', { class: 'stack' }, outcome, element('div', { class: 'actions' }, button));
}
