// @ts-check
import { element, nodes } from './elements/element.js';
import { go, onMove } from './navigation.js';
import { language, t } from './text/language.js';

/**
 * Shows the page at the address, and another one when the address changes. A document has one shell.
 *
 * @param {object} how
 * @param {(path: string, signal: AbortSignal) => import('./navigation.js').Page} how.pageAt
 * @param {(main: HTMLElement) => HTMLElement[]} how.frame what stands around every page
 * @param {(path: string) => boolean} how.owns whether a path is one of this document's
 */
export function run({ pageAt, frame, owns }) {
  let leaving = new AbortController();
  let first = true;

  const show = () => {
    leaving.abort(new DOMException('gone elsewhere', 'AbortError'));
    leaving = new AbortController();
    for (const dialog of document.querySelectorAll('dialog')) dialog.close();
    document.documentElement.lang = language();
    const { title, body } = pageAt(location.pathname, leaving.signal);
    document.title = `${title} · ${t('brand')}`;
    const heading = element('h1', { tabindex: -1 }, title);
    const main = element('main', { id: 'main' }, heading, ...nodes(body));
    document.getElementById('app')?.replaceChildren(...frame(main));
    // On arrival the browser's own start of the page is the right one.
    if (!first) {
      heading.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    first = false;
  };

  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (!link || !plain || link.origin !== location.origin || link.hash !== '' || link.target !== '') return;
    if (!owns(link.pathname)) return;
    event.preventDefault();
    go(link.pathname);
  });

  onMove(show);
  show();
}
