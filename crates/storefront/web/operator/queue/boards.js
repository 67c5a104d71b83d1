// @ts-check
import { element } from '../../elements/element.js';
import { queues } from '../api/queues.js';
import { age } from '../elements/age.js';
import { readings } from '../live/reading.js';
import { w } from '../text/words.js';
import { Board } from './board.js';

/**
 * Every waiting room there is, as it is now.
 *
 * @param {AbortSignal} signal
 */
export function boards(signal) {
  /** @type {Map<string, Board>} */
  const known = new Map();
  const list = element('div', { class: 'stack' });
  const view = element('section', { class: 'stack', 'aria-label': w('queue.section') });
  const old = age(view);
  view.append(old.view, list);
  void readings(signal, queues, (told) => {
    old.show(told);
    if (told.trouble !== null) return;
    for (const queue of told.value ?? []) {
      const board = known.get(queue.queueId) ?? new Board(queue.queueId, signal);
      if (!known.has(queue.queueId)) {
        known.set(queue.queueId, board);
        list.append(board.view);
      }
      board.heard(queue);
    }
  });
  return view;
}
