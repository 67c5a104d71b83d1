// @ts-check
import { charge } from '../api/wallets.js';
import { forgetKey, keyOf } from '../api/idempotency.js';
import { Problem } from '../api/problem.js';
import { won } from '../text/format.js';
import { t } from '../text/language.js';
import { announce } from './announce.js';
import { element } from './element.js';
import { notice, trouble } from './notice.js';

const USUAL = [50_000, 100_000, 300_000];

/**
 * Tops up the wallet, here and now.
 *
 * @param {{ session: import('../session/session.js').Session, signal: AbortSignal, suggested?: number,
 *   done: (balance: number) => void }} how
 */
export function topUpForm({ session, signal, suggested, done }) {
  const amounts = suggested ? [suggested, ...USUAL.filter((usual) => usual > suggested)] : USUAL;
  const field = element('input', {
    id: 'amount',
    class: 'field',
    inputmode: 'numeric',
    autocomplete: 'off',
    required: true,
    value: suggested ?? '',
    'aria-describedby': 'amount-unit',
  });
  const outcome = element('div', { 'aria-live': 'polite' });
  const button = element('button', { type: 'submit', class: 'button button-main' }, t('wallet.topUp'));

  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const amount = Number(field.value.replace(/[^\d]/g, ''));
    if (!Number.isSafeInteger(amount) || amount < 1) {
      outcome.replaceChildren(notice('trouble', t('wallet.amountInvalid')));
      field.focus();
      return;
    }
    button.disabled = true;
    const command = `charge.${session.userId}.${amount}`;
    try {
      const charged = await charge(session, amount, keyOf(command), signal);
      forgetKey(command);
      const told = t('wallet.toppedUp', { amount: won(charged.amount), balance: won(charged.balance) });
      outcome.replaceChildren(notice('good', told));
      announce(told);
      field.value = '';
      done(charged.balance);
    } catch (error) {
      if (signal.aborted) return;
      // Refused is known; without an answer the same key goes with the next attempt, so the money moves once.
      if (error instanceof Problem && !error.passes) forgetKey(command);
      outcome.replaceChildren(trouble(error));
    } finally {
      button.disabled = false;
    }
  };

  return element(
    'form',
    { class: 'stack', onsubmit: submit, novalidate: true },
    element('label', { for: 'amount' }, t('wallet.amount')),
    element(
      'div',
      { class: 'field-row' },
      field,
      element('span', { id: 'amount-unit', class: 'quiet' }, t('wallet.unit')),
      button,
    ),
    element(
      'div',
      { class: 'chips', role: 'group', 'aria-label': t('wallet.usual') },
      ...amounts.map((amount) =>
        element('button', { type: 'button', class: 'chip', onclick: () => (field.value = String(amount)) }, won(amount)),
      ),
    ),
    outcome,
  );
}
