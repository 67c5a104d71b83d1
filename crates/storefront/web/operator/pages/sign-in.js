// @ts-check
import { announce } from '../../elements/announce.js';
import { element } from '../../elements/element.js';
import { notice, trouble } from '../../elements/notice.js';
import { refusalOf } from '../api/admin.js';
import { tryToken } from '../api/queues.js';
import { field } from '../elements/field.js';
import { lastRefusal, signIn } from '../session/operator.js';
import { w } from '../text/words.js';

/**
 * The door of the console.
 *
 * @param {AbortSignal} signal
 * @returns {import('../../navigation.js').Page}
 */
export function signInPage(signal) {
  const input = element('input', {
    id: 'token',
    type: 'password',
    autocomplete: 'off',
    spellcheck: 'false',
    required: true,
  });
  const entry = field(w('signIn.token'), input, { hint: w('signIn.where') });
  const outcome = element('div', { 'aria-live': 'polite' });
  const button = element('button', { type: 'submit', class: 'button button-main' }, w('signIn.go'));
  const before = lastRefusal();
  if (before) outcome.append(refused(before));

  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    // Whoever copies the whole line that it was printed in has the token at its end.
    const token = input.value.trim().split(/\s+/).at(-1) ?? '';
    entry.fault(token === '' ? w('signIn.empty') : null);
    if (token === '') {
      input.focus();
      return;
    }
    // No header carries other letters: it is no token.
    if (!/^[\x21-\x7e]+$/.test(token)) {
      outcome.replaceChildren(refused('unknown'));
      return;
    }
    button.disabled = true;
    try {
      await tryToken(token, signal);
      signIn(token);
      announce(w('signIn.done'));
    } catch (error) {
      if (signal.aborted) return;
      const why = refusalOf(error);
      outcome.replaceChildren(why ? refused(why) : trouble(error));
      input.select();
    } finally {
      button.disabled = false;
    }
  };
  return {
    title: w('signIn.title'),
    body: [
      element(
        'form',
        { class: 'card narrow stack', onsubmit: submit, novalidate: true },
        element('p', { class: 'lead' }, w('signIn.lead')),
        entry.view,
        outcome,
        element('div', { class: 'actions' }, button),
        element('p', { class: 'quiet small' }, w('signIn.kept')),
      ),
    ],
  };
}

/** @param {import('../session/operator.js').Refusal} why */
function refused(why) {
  return notice('trouble', why === 'unknown' ? w('signIn.unknown') : w('signIn.notOperator'));
}
