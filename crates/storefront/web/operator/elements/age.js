// @ts-check
import { element, say } from '../../elements/element.js';
import { time } from '../../text/format.js';
import { w } from '../text/words.js';

/**
 * Says when figures are old, and since when.
 *
 * @param {HTMLElement} panel marked while they are
 */
export function age(panel) {
  const view = element('p', { class: 'age', role: 'status' });
  /** @param {import('../live/reading.js').Told<unknown>} told */
  const show = ({ heardAt, trouble }) => {
    panel.classList.toggle('old', trouble !== null);
    if (trouble === null) say(view, '');
    else say(view, heardAt ? w('age.old', { time: time(heardAt) }) : w('age.never'));
  };
  return { view, show };
}
