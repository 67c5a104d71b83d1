// @ts-check
import { element } from './element.js';

/**
 * A ticket: the main part and the stub, with the line between them that it tears along.
 *
 * @param {import('./element.js').Child[]} main
 * @param {import('./element.js').Child[]} stub
 * @param {{ as?: 'div' | 'article' | 'li', kind?: string }} [how]
 */
export function ticket(main, stub, { as = 'article', kind = '' } = {}) {
  return element(
    as,
    { class: `ticket ${kind}`.trim() },
    element('div', { class: 'ticket-main' }, ...main),
    element('div', { class: 'ticket-stub' }, ...stub),
  );
}

/**
 * Names and values.
 *
 * @param {...([string, import('./element.js').Child] | null)} pairs
 */
export function facts(...pairs) {
  const rows = pairs.filter((pair) => pair !== null);
  return element(
    'dl',
    { class: 'facts' },
    ...rows.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
  );
}
