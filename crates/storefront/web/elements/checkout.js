// @ts-check
import { concert } from '../api/catalogue.js';
import { hasKey } from '../api/idempotency.js';
import { reservation } from '../api/reservations.js';
import { wallet } from '../api/wallets.js';
import { isEnd, pause } from '../api/waiting.js';
import { again, go, paths } from '../navigation.js';
import { command, pay } from '../session/checkout.js';
import { endPlace, placeIn } from '../session/place.js';
import { won } from '../text/format.js';
import { t } from '../text/language.js';
import { topUpForm } from './amount-form.js';
import { announce } from './announce.js';
import { element } from './element.js';
import { notice, trouble } from './notice.js';
import { facts } from './ticket.js';

/** How often a payment that another tab or device began is looked at. */
const LOOK_MS = 1_500;

/** The till: what is in the wallet, what is missing, and the truth about a payment until it has ended. */
export class Checkout {
  /** @param {import('./hold-ticket.js').Held} about */
  constructor({ held, performance, session, signal }) {
    this.held = held;
    this.performance = performance;
    this.session = session;
    this.signal = signal;
    this.paying = false;
    this.queueId = '';
    this.purse = element('div', { class: 'stack' });
    this.state = element('div', { class: 'stack', role: 'status' });
    this.button = element(
      'button',
      { type: 'button', class: 'button button-main button-wide', onclick: () => void this.run() },
      t('checkout.pay', { amount: won(held.amount) }),
    );
    this.view = element(
      'section',
      { class: 'card stack', 'aria-labelledby': 'till' },
      element('h2', { id: 'till' }, t('checkout.title')),
      this.purse,
      this.state,
      this.button,
    );
    void this.begin();
  }

  /** Which line's pass pays: asked when the till is shown, so that paying is one request. */
  async queue() {
    this.queueId ||= (await concert(this.performance.concertId, this.signal)).queueId;
    return this.queueId;
  }

  async begin() {
    try {
      await this.queue();
      if (hasKey(command(this.held.reservationId))) {
        // A payment was sent from here and its answer never seen: ask again under its key.
        await this.run();
      } else if (this.held.status === 'paying') {
        await this.watch();
      } else {
        const { balance } = await wallet(this.session, this.signal);
        this.showPurse(balance);
      }
    } catch (error) {
      if (!isEnd(error) && !this.signal.aborted) this.state.replaceChildren(trouble(error, again));
    }
  }

  /** @param {number} balance */
  showPurse(balance) {
    const missing = this.held.amount - balance;
    const short = missing > 0;
    this.button.disabled = short;
    const form = short
      ? topUpForm({ session: this.session, signal: this.signal, suggested: missing, done: (now) => this.showPurse(now) })
      : null;
    this.purse.replaceChildren(
      facts(
        [t('wallet.balance'), element('span', { class: 'digits' }, won(balance))],
        [t('reservation.amount'), element('span', { class: 'digits' }, won(this.held.amount))],
        short
          ? [t('checkout.missing'), element('strong', { class: 'digits' }, won(missing))]
          : [t('checkout.after'), element('span', { class: 'digits' }, won(balance - this.held.amount))],
      ),
      ...(form ? [notice('info', t('checkout.short', { missing: won(missing) })), form] : []),
    );
    if (!short && this.state.childElementCount > 0) this.state.replaceChildren();
  }

  async run() {
    if (this.paying) return;
    this.paying = true;
    this.button.disabled = true;
    const { held, session, signal } = this;
    try {
      const queueId = await this.queue();
      const pass = placeIn(queueId, session.userId)?.entry.pass ?? '';
      const { reservationId } = held;
      const { accessToken } = session;
      const end = await pay({ reservationId, pass, accessToken, signal, tell: (state) => this.tell(state) });
      if (end.kind === 'paid') {
        const place = placeIn(queueId, session.userId);
        if (place) endPlace(place, 'bought');
      }
      this.paying = false;
      this.tell(end);
    } catch (error) {
      this.paying = false;
      if (!isEnd(error) && !signal.aborted) this.state.replaceChildren(trouble(error, () => void this.run()));
    }
  }

  /** Another tab or device pays: how it ends is seen in the reservation. */
  async watch() {
    this.button.disabled = true;
    this.tell({ kind: 'processing' });
    for (;;) {
      await pause(LOOK_MS, this.signal);
      const { status } = await reservation(this.held.reservationId, this.session.accessToken, this.signal);
      if (status !== 'paying') break;
    }
    again();
  }

  /** The hold's time is over. A payment that is under way decides by itself. */
  lapsed() {
    if (this.paying) return;
    this.button.disabled = true;
    announce(t('reservation.expiredText'), 'assertive');
    again();
  }

  /** @param {import('../session/checkout.js').Payment} state */
  tell(state) {
    if (state.kind === 'paid') {
      announce(t('checkout.paid'), 'assertive');
      go(paths.tickets(this.held.reservationId));
      return;
    }
    if (state.kind === 'short') {
      this.state.replaceChildren();
      this.showPurse(state.balance);
      announce(t('checkout.short', { missing: won(state.required - state.balance) }));
      return;
    }
    this.state.replaceChildren(this.words(state));
    if (state.kind === 'declined' || state.kind === 'refused') this.button.disabled = false;
  }

  /** @param {Exclude<import('../session/checkout.js').Payment, { kind: 'paid' | 'short' }>} state */
  words(state) {
    const look = () => element('button', { type: 'button', class: 'button', onclick: again }, t('checkout.look'));
    switch (state.kind) {
      case 'asking':
        return notice('info', t('checkout.asking'));
      case 'processing':
        return notice('info', t('checkout.processing'), element('p', {}, t('checkout.processingText')));
      case 'unknown':
        return notice('warning', t('checkout.unknown'), element('p', {}, t('checkout.unknownText', { n: state.attempt })));
      case 'declined':
        return notice('trouble', t('checkout.declined'));
      case 'refunded':
        return notice('warning', t('checkout.refunded'), look());
      case 'lapsed':
        return notice('warning', t('checkout.lapsed'), look());
      case 'pass_over':
        return notice(
          'warning',
          t('checkout.passOver'),
          element('a', { class: 'button', href: paths.line(this.performance.concertId) }, t('concerts.join')),
        );
      case 'refused':
        return trouble(state.problem);
    }
  }
}
