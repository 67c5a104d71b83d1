// @ts-check
import { Problem } from '../../api/problem.js';
import { notice, trouble } from '../../elements/notice.js';
import { w } from '../text/words.js';
import { showFaults } from './field.js';

/**
 * What the server found wrong with a form, at the fields where it can be.
 *
 * @param {unknown} error
 * @param {Map<string, import('./field.js').Field>} fields
 * @returns {HTMLElement | null} what there is to say besides
 */
export function refusalOfForm(error, fields) {
  if (!(error instanceof Problem)) return trouble(error);
  switch (error.code) {
    case 'invalid_request': {
      const rest = showFaults(fields, faultsOf(error));
      return rest.length > 0 ? notice('trouble', rest.join(' · ')) : null;
    }
    case 'schedule_exists':
      return notice('trouble', w('plan.exists'));
    case 'schedule_draft_exists':
      return notice('trouble', w('plan.draft'));
    default:
      return trouble(error);
  }
}

/**
 * @param {Problem} problem
 * @returns {{ field: string, message: string }[]}
 */
function faultsOf({ body: { errors } }) {
  if (!Array.isArray(errors)) return [];
  return errors.filter((one) => typeof one?.field === 'string' && typeof one.message === 'string');
}
