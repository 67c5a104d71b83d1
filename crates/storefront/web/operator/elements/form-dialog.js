// @ts-check
import { element } from '../../elements/element.js';
import { notice } from '../../elements/notice.js';
import { w } from '../text/words.js';
import { refusalOfForm } from './outcome.js';
import { showFaults } from './field.js';

/**
 * @typedef {object} Form
 * @property {string} title
 * @property {import('../../elements/element.js').Child[]} lead what it is about
 * @property {Map<string, import('./field.js').Field>} fields by the names that the server has for them
 * @property {string} yes
 * @property {boolean} [grave] what it does cannot be undone
 * @property {() => { field: string, message: string }[]} check what is wrong before anything is sent
 * @property {() => Promise<void>} send
 * @property {(error: unknown) => string | null} [refused] a refusal in words of its own
 * @property {AbortSignal} signal
 */

/**
 * A form in front of the page. It stays open, with what was typed, until it is done or put away.
 *
 * @param {Form} form
 * @returns {Promise<boolean>} whether it was done
 */
export function formDialog({ title, lead, fields, yes, grave = false, check, send, refused, signal }) {
  return new Promise((resolve) => {
    const outcome = element('div', { 'aria-live': 'polite' });
    const button = element('button', { type: 'submit', class: `button ${grave ? 'button-danger' : 'button-main'}` }, yes);
    const submit = async (/** @type {Event} */ event) => {
      event.preventDefault();
      outcome.replaceChildren();
      const faults = check();
      showFaults(fields, faults);
      if (faults.length > 0) return;
      button.disabled = true;
      try {
        await send();
        dialog.close('done');
      } catch (error) {
        if (signal.aborted) return;
        const words = refused?.(error) ?? null;
        const said = words === null ? refusalOfForm(error, fields) : notice('warning', words);
        outcome.replaceChildren(...(said ? [said] : []));
      } finally {
        button.disabled = false;
      }
    };
    const dialog = element(
      'dialog',
      { class: 'dialog dialog-form', 'aria-labelledby': 'form-title' },
      element(
        'form',
        { class: 'stack', onsubmit: submit, novalidate: true },
        element('h2', { id: 'form-title' }, title),
        ...lead,
        ...[...fields.values()].map(({ view }) => view),
        outcome,
        element(
          'div',
          { class: 'actions' },
          element('button', { type: 'button', class: 'button', onclick: () => dialog.close('no') }, w('form.leave')),
          button,
        ),
      ),
    );
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'done');
    });
    document.body.append(dialog);
    dialog.showModal();
    [...fields.values()][0]?.input.focus();
  });
}
