// @ts-check
import { t } from '../text/language.js';
import { element } from './element.js';
import { trouble } from './notice.js';

/**
 * A list that comes page by page.
 *
 * @template Item
 * @param {{ list: HTMLElement, first: { items: Item[], next: string | null }, signal: AbortSignal,
 *   load: (cursor: string) => Promise<{ items: Item[], next: string | null }>,
 *   show: (item: Item) => Node }} pages
 */
export function more({ list, first, signal, load, show }) {
  let { next } = first;
  list.append(...first.items.map(show));
  const button = element('button', { type: 'button', class: 'button' }, t('action.more'));
  const outcome = element('div', { 'aria-live': 'polite' });
  button.hidden = next === null;
  button.addEventListener('click', async () => {
    if (next === null) return;
    button.disabled = true;
    try {
      const page = await load(next);
      next = page.next;
      const added = page.items.map(show);
      list.append(...added);
      outcome.replaceChildren();
      button.hidden = next === null;
      const [head] = added;
      if (button.hidden && head instanceof HTMLElement) {
        head.tabIndex = -1;
        head.focus();
      }
    } catch (error) {
      if (!signal.aborted) outcome.replaceChildren(trouble(error));
    } finally {
      button.disabled = false;
    }
  });
  return element('div', { class: 'stack' }, list, outcome, button);
}
