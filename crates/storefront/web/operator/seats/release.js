// @ts-check
import { Problem } from '../../api/problem.js';
import { element } from '../../elements/element.js';
import { seatList } from '../../elements/seat-name.js';
import { won } from '../../text/format.js';
import { release } from '../api/sales.js';
import { field } from '../elements/field.js';
import { formDialog } from '../elements/form-dialog.js';
import { once } from '../session/command.js';
import { w } from '../text/words.js';

/** @typedef {import('../api/types.js').Reservation} Reservation */

/** As the server has it. */
const LONGEST_REASON = 200;

/**
 * Takes seats away from somebody, for a reason that is kept.
 *
 * @param {Reservation} held
 * @param {AbortSignal} signal
 * @returns {Promise<{ released: Reservation | null, conflict: boolean }>} conflict: it is not what it was
 */
export async function askRelease(held, signal) {
  const reason = element('textarea', { id: 'reason', rows: 3, maxlength: LONGEST_REASON, required: true });
  const entry = field(w('release.reason'), reason, { hint: w('release.reasonHint', { most: LONGEST_REASON }) });
  /** @type {Reservation | null} */
  let released = null;
  let conflict = false;
  await formDialog({
    title: w('release.title'),
    lead: [
      element('p', {}, w('release.text')),
      element('div', { class: 'release-what' }, seatList(held.seats), element('strong', { class: 'digits' }, won(held.amount))),
    ],
    fields: new Map([['reason', entry]]),
    yes: w('release.yes'),
    grave: true,
    check: () => (reason.value.trim() === '' ? [{ field: 'reason', message: w('release.reasonEmpty') }] : []),
    send: async () => {
      const given = reason.value.trim();
      const { reservationId: id } = held;
      released = await once(`release.${id}`, { reason: given }, (key) => release(id, given, key, signal));
    },
    refused: (error) => {
      const words = conflictWords(error);
      conflict ||= words !== null;
      return words;
    },
    signal,
  });
  return { released, conflict };
}

/**
 * Why seats cannot be released any more.
 *
 * @param {unknown} error
 */
function conflictWords(error) {
  if (!(error instanceof Problem)) return null;
  switch (error.code) {
    case 'payment_in_progress':
      return w('release.paying');
    case 'already_sold':
      return w('release.sold');
    case 'hold_expired':
      return w('release.over');
    case 'not_found':
      return w('release.gone');
    default:
      // Whatever else stands in the way, the server has said it.
      return error.status === 409 && !error.passes ? error.message : null;
  }
}
