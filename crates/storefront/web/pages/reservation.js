// @ts-check
import { performanceOf } from '../api/catalogue.js';
import { reservation } from '../api/reservations.js';
import { Checkout } from '../elements/checkout.js';
import { element } from '../elements/element.js';
import { holdTicket } from '../elements/hold-ticket.js';
import { loading } from '../elements/loading.js';
import { notice } from '../elements/notice.js';
import { again, paths } from '../navigation.js';
import { t } from '../text/language.js';

/**
 * A reservation: the hold and the till.
 *
 * @param {import('../navigation.js').AtAsFan} at
 * @returns {import('../navigation.js').Page}
 */
export function reservationPage({ params, signal, session }) {
  const id = params.reservationId ?? '';
  const content = loading(signal, async () => {
    const held = await reservation(id, session.accessToken, signal);
    const performance = await performanceOf(held.scheduleId, session.accessToken, signal);
    const about = { held, performance, session, signal };
    switch (held.status) {
      case 'held':
      case 'paying': {
        const till = new Checkout(about);
        return [holdTicket({ ...about, ended: () => till.lapsed() }), till.view];
      }
      case 'confirmed':
        return [
          notice(
            'good',
            t('reservation.confirmedText'),
            element('a', { class: 'button button-main', href: paths.tickets(id) }, t('tickets.show')),
          ),
          holdTicket({ ...about, ended: again }),
        ];
      case 'released':
      case 'expired':
      case 'cancelled':
        return [
          notice(
            'warning',
            t(`reservation.${held.status}Text`),
            element(
              'a',
              { class: 'button button-main', href: paths.seats(performance.concertId, held.scheduleId) },
              t('reservation.chooseAgain'),
            ),
          ),
          holdTicket({ ...about, ended: again }),
        ];
    }
  });
  return { title: t('reservation.title'), body: [content] };
}
