// @ts-check
import { element } from './element.js';

/**
 * The line that a ticket tears along, as the measure of how far something has come: the dots behind are dark. It says
 * the same to a screen reader.
 *
 * @param {string} label
 */
export function perforation(label) {
  const done = element('span', { class: 'perforation-done' });
  const line = element(
    'div',
    { class: 'perforation', role: 'progressbar', 'aria-label': label, 'aria-valuemin': 0, 'aria-valuemax': 100 },
    done,
  );
  /** @param {number} share from 0 to 1 */
  const show = (share) => {
    const percent = Math.round(Math.min(1, Math.max(0, share)) * 100);
    line.setAttribute('aria-valuenow', String(percent));
    done.style.setProperty('--done', `${percent}%`);
  };
  show(0);
  return { line, show };
}
