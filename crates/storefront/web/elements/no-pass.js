// @ts-check
import { paths } from '../navigation.js';
import { t } from '../text/language.js';
import { element } from './element.js';
import { notice } from './notice.js';

/**
 * How a time inside ended, in words.
 *
 * @param {import('../session/place.js').Ending} ended
 */
export function endingText(ended) {
  switch (ended) {
    case 'bought':
      return t('ended.bought');
    case 'left':
      return t('ended.left');
    case 'pass_expired':
      return t('ended.passExpired');
    case 'absent':
      return t('ended.absent');
    case 'closed':
      return t('ended.closed');
  }
}

/**
 * Why this door is shut, and the way to it.
 *
 * @param {string} concertId
 * @param {import('../session/place.js').Place | null} place
 */
export function noPass(concertId, place) {
  const why = place?.ended ? endingText(place.ended) : place?.entry.pass ? t('ended.passExpired') : t('ended.never');
  return notice(
    'warning',
    why,
    element(
      'p',
      { class: 'actions' },
      element('a', { class: 'button button-main', href: paths.line(concertId) }, t('concerts.join')),
      place?.ended === 'bought'
        ? element('a', { class: 'button', href: paths.reservations }, t('reservations.title'))
        : null,
    ),
  );
}
