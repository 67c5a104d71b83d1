// @ts-check
import { element, say } from '../../elements/element.js';
import { plot } from './plot.js';

/**
 * A figure with its name, what it is measured by, and how it was in the last minutes.
 *
 * @param {string} name
 * @param {(value: number) => string} format
 * @param {{ kind?: string }} [how]
 */
export function figure(name, format, { kind = '' } = {}) {
  const value = element('span', { class: 'figure-value digits' }, '–');
  const beside = element('span', { class: 'figure-beside digits' });
  const drawing = plot(name, format);
  const view = element(
    'div',
    { class: `figure ${kind}`.trim() },
    element('p', { class: 'figure-name' }, name),
    element('p', { class: 'figure-line' }, value, beside),
    drawing.view,
  );
  return {
    view,
    /**
     * @param {number | null} now
     * @param {import('../live/series.js').Series} series
     * @param {{ beside?: string, bound?: number | null }} [more]
     */
    show: (now, series, { beside: words = '', bound = null } = {}) => {
      say(value, now === null ? '–' : format(now));
      say(beside, words);
      drawing.show(series.points, series.span, bound);
    },
  };
}
