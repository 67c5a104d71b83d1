// @ts-check
import { announce } from '../../elements/announce.js';
import { confirm } from '../../elements/confirm.js';
import { element } from '../../elements/element.js';
import { trouble } from '../../elements/notice.js';
import { count } from '../../text/format.js';
import { changeQueue } from '../api/queues.js';
import { w } from '../text/words.js';

/**
 * @typedef {import('../api/types.js').Queue} Queue
 * @typedef {import('../api/types.js').QueueState} QueueState
 */

/** @type {QueueState[]} */
const STATES = ['open', 'paused', 'draining', 'closed'];

/**
 * The four states of a queue, each a press away. Before one is changed the operator reads what becomes of those in line.
 *
 * @param {AbortSignal} signal
 * @param {(change: { state: QueueState }) => void} changed
 */
export function stateSwitch(signal, changed) {
  /** @type {Queue | null} */
  let queue = null;
  const outcome = element('div', { 'aria-live': 'polite' });

  /** @param {QueueState} state */
  const change = async (state) => {
    if (!queue || queue.state === state) return;
    const about = { name: queue.name, waiting: count(queue.waiting), admitted: count(queue.admitted) };
    const sure = await confirm({
      title: w(`change.${state}Title`, about),
      text: w(`change.${state}Text`, about),
      yes: w(`change.${state}`),
      no: w('change.keep'),
      mild: state !== 'closed',
    });
    if (!sure) return;
    try {
      await changeQueue(queue.queueId, { state }, signal);
      outcome.replaceChildren();
      announce(w('change.done', { state: w(`state.${state}`) }));
      changed({ state });
    } catch (error) {
      if (!signal.aborted) outcome.replaceChildren(trouble(error));
    }
  };

  const buttons = STATES.map((state) =>
    element(
      'button',
      { type: 'button', class: 'state-button', 'data-state': state, onclick: () => void change(state) },
      w(`change.${state}`),
    ),
  );
  const view = element(
    'div',
    { class: 'state-switch' },
    element('div', { class: 'state-buttons', role: 'group', 'aria-label': w('change.group') }, ...buttons),
    outcome,
  );
  return {
    view,
    /** @param {Queue} now */
    show: (now) => {
      queue = now;
      for (const button of buttons) button.setAttribute('aria-pressed', String(button.dataset.state === now.state));
    },
  };
}
