// @ts-check
import { NoAnswer, Problem } from '../api/problem.js';
import { t } from '../text/language.js';
import { element } from './element.js';

/**
 * Something to know, in a box: its kind stands there in words and as a sign, never as a colour alone.
 *
 * @param {'info' | 'good' | 'warning' | 'trouble'} kind
 * @param {string} title
 * @param {...import('./element.js').Child} more
 */
export function notice(kind, title, ...more) {
  const sign = { info: 'i', good: '✓', warning: '!', trouble: '×' }[kind];
  return element(
    'div',
    { class: `notice notice-${kind}`, role: kind === 'trouble' ? 'alert' : null },
    element('span', { class: 'notice-sign', 'aria-hidden': 'true' }, sign),
    element('div', { class: 'notice-text' }, element('p', { class: 'notice-title' }, title), ...more.filter(Boolean)),
  );
}

/**
 * What went wrong in a fan's words.
 *
 * @param {unknown} error
 */
export function wording(error) {
  if (error instanceof NoAnswer) return t('trouble.noAnswer');
  if (!(error instanceof Problem)) return t('trouble.unexpected');
  switch (error.code) {
    case 'unauthenticated':
      return t('trouble.unauthenticated');
    case 'pass_expired':
    case 'not_admitted':
      return t('trouble.noPass');
    case 'not_found':
      return t('trouble.notFound');
    case 'sale_not_open':
      return t('trouble.notOpen');
    case 'sale_closed':
      return t('trouble.closed');
    case 'queue_paused':
      return t('trouble.paused');
    case 'seat_limit_reached':
      return t('trouble.seatLimit', { max: error.number('maxSeats') ?? 4, taken: error.number('takenSeats') ?? 0 });
    case 'payment_in_progress':
      return t('trouble.payment');
    case 'already_started':
      return t('trouble.started');
    case 'charge_declined':
      return t('trouble.chargeDeclined');
    case 'too_many_requests':
    case 'unavailable':
      return t('trouble.busy');
    default:
      return error.status >= 500 ? t('trouble.busy') : error.message;
  }
}

/**
 * @param {unknown} error
 * @param {() => void} [again] what the button does, where there is something to do
 */
export function trouble(error, again) {
  const id = error instanceof Problem && error.requestId;
  return notice(
    'trouble',
    wording(error),
    id ? element('p', { class: 'quiet small' }, t('trouble.id', { id })) : null,
    again ? element('button', { type: 'button', class: 'button', onclick: again }, t('action.again')) : null,
  );
}
