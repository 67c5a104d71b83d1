// @ts-check
import { isEnd } from '../api/waiting.js';
import { t } from '../text/language.js';
import { element, nodes } from './element.js';
import { trouble } from './notice.js';

/**
 * A place for what has yet to come: it says so, then shows it, or what went wrong and a button to try again.
 *
 * @param {AbortSignal} signal
 * @param {() => Promise<import('./element.js').Child[]>} load
 * @param {(error: unknown) => import('./element.js').Child[] | null} [failed] what to show instead of the usual trouble
 */
export function loading(signal, load, failed) {
  const frame = element('div', { class: 'stack' });
  const start = async () => {
    frame.setAttribute('aria-busy', 'true');
    frame.replaceChildren(element('p', { class: 'quiet waiting-dots', role: 'status' }, t('loading')));
    try {
      frame.replaceChildren(...nodes(await load()));
    } catch (error) {
      if (signal.aborted || isEnd(error)) return;
      frame.replaceChildren(...nodes(failed?.(error) ?? [trouble(error, () => void start())]));
    } finally {
      frame.removeAttribute('aria-busy');
    }
  };
  void start();
  return frame;
}
