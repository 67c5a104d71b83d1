// @ts-check
import { t } from '../text/language.js';
import { element } from './element.js';

/**
 * Asks before what cannot be undone, or what many will notice.
 *
 * @param {{ title: string, text: string, yes: string, no?: string, mild?: boolean }} question mild: can be undone
 * @returns {Promise<boolean>}
 */
export function confirm({ title, text, yes, no = t('action.keep'), mild = false }) {
  return new Promise((resolve) => {
    const dialog = element(
      'dialog',
      { class: 'dialog', 'aria-labelledby': 'question', 'aria-describedby': 'consequence' },
      element('h2', { id: 'question' }, title),
      element('p', { id: 'consequence' }, text),
      element(
        'div',
        { class: 'actions' },
        element('button', { type: 'button', class: 'button', autofocus: true, onclick: () => dialog.close('no') }, no),
        element(
          'button',
          { type: 'button', class: `button ${mild ? 'button-main' : 'button-danger'}`, onclick: () => dialog.close('yes') },
          yes,
        ),
      ),
    );
    // Escape closes it, too, without a word: that is a no.
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
