// @ts-check
import { newUser } from '../api/wallets.js';
import { element } from '../elements/element.js';
import { notice, trouble } from '../elements/notice.js';
import { signIn } from '../session/session.js';
import { t } from '../text/language.js';

/**
 * A name, and a visitor is a fan.
 *
 * @param {import('../navigation.js').At} at
 * @returns {import('../navigation.js').Page}
 */
export function welcomePage({ signal }) {
  const name = element('input', {
    id: 'name',
    class: 'field',
    autocomplete: 'name',
    maxlength: 100,
    required: true,
    'aria-describedby': 'name-why',
  });
  const outcome = element('div', { 'aria-live': 'polite' });
  const button = element('button', { type: 'submit', class: 'button button-main' }, t('welcome.go'));
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (name.value.trim() === '') {
      outcome.replaceChildren(notice('trouble', t('welcome.empty')));
      name.focus();
      return;
    }
    button.disabled = true;
    try {
      signIn(await newUser(name.value.trim(), signal));
    } catch (error) {
      if (!signal.aborted) outcome.replaceChildren(trouble(error));
    } finally {
      button.disabled = false;
    }
  };
  return {
    title: t('welcome.title'),
    body: [
      element(
        'form',
        { class: 'card narrow stack', onsubmit: submit, novalidate: true },
        element('p', { class: 'lead' }, t('welcome.text')),
        element('label', { for: 'name' }, t('welcome.name')),
        name,
        element('p', { id: 'name-why', class: 'quiet small' }, t('welcome.why')),
        outcome,
        element('div', { class: 'actions' }, button),
      ),
    ],
  };
}
