// @ts-check
import { announce } from '../../elements/announce.js';
import { element } from '../../elements/element.js';
import { count } from '../../text/format.js';
import { changeQueue } from '../api/queues.js';
import { field } from '../elements/field.js';
import { formDialog } from '../elements/form-dialog.js';
import { w } from '../text/words.js';

/** @typedef {import('../api/types.js').Queue} Queue */

/** As the server has them: beyond what any hall holds, and a day. */
const MOST_FANS = 1_000_000;
const LONGEST_PASS_SECONDS = 86_400;

/**
 * How many are let in, and for how long.
 *
 * @param {Queue} queue
 * @param {AbortSignal} signal
 * @returns {Promise<Pick<Queue, 'maxActive' | 'admitPerMinute' | 'passTtlSeconds'> | null>} what it is from now on
 */
export async function askLimits(queue, signal) {
  const maxActive = number(queue.maxActive);
  const admitPerMinute = number(queue.admitPerMinute);
  const passTtlSeconds = number(queue.passTtlSeconds);
  const fields = new Map([
    ['maxActive', field(w('limits.maxActive'), maxActive, { hint: w('limits.maxActiveHint') })],
    ['admitPerMinute', field(w('limits.admitPerMinute'), admitPerMinute, { hint: w('limits.admitPerMinuteHint') })],
    ['passTtlSeconds', field(w('limits.passTtlSeconds'), passTtlSeconds, { hint: w('limits.passTtlSecondsHint') })],
  ]);
  const wanted = () => ({
    maxActive: Number(maxActive.value),
    admitPerMinute: admitPerMinute.value.trim() === '' ? null : Number(admitPerMinute.value),
    passTtlSeconds: Number(passTtlSeconds.value),
  });
  const done = await formDialog({
    title: w('limits.title', { name: queue.name }),
    lead: [element('p', {}, w('limits.lead'))],
    fields,
    yes: w('limits.set'),
    check: () => {
      const { maxActive: most, admitPerMinute: rate, passTtlSeconds: seconds } = wanted();
      const faults = [];
      if (maxActive.value.trim() === '' || !within(most, 0, MOST_FANS)) faults.push(fault('maxActive', 0, MOST_FANS));
      if (rate !== null && !within(rate, 1, MOST_FANS)) faults.push(fault('admitPerMinute', 1, MOST_FANS));
      if (!within(seconds, 1, LONGEST_PASS_SECONDS)) faults.push(fault('passTtlSeconds', 1, LONGEST_PASS_SECONDS));
      return faults;
    },
    send: async () => changeQueue(queue.queueId, wanted(), signal),
    signal,
  });
  if (!done) return null;
  announce(w('limits.done'));
  return wanted();
}

/** @param {number | null} value */
function number(value) {
  return element('input', { inputmode: 'numeric', autocomplete: 'off', value: value ?? '' });
}

/**
 * @param {number} value
 * @param {number} from
 * @param {number} to
 */
function within(value, from, to) {
  return Number.isSafeInteger(value) && value >= from && value <= to;
}

/**
 * @param {string} name
 * @param {number} from
 * @param {number} to
 */
function fault(name, from, to) {
  return { field: name, message: w('form.range', { from: count(from), to: count(to) }) };
}
