// @ts-check
import { performanceOf } from '../api/catalogue.js';
import { reservation, tickets } from '../api/reservations.js';
import { qrCode } from '../api/tickets.js';
import { element } from '../elements/element.js';
import { loading } from '../elements/loading.js';
import { notice } from '../elements/notice.js';
import { facts, ticket } from '../elements/ticket.js';
import { paths } from '../navigation.js';
import { day, hour, won } from '../text/format.js';
import { t } from '../text/language.js';

/**
 * What is shown at the door.
 *
 * @param {import('../navigation.js').AtAsFan} at
 * @returns {import('../navigation.js').Page}
 */
export function ticketsPage({ params, signal, session }) {
  const id = params.reservationId ?? '';
  const content = loading(signal, async () => {
    const [held, bought] = await Promise.all([
      reservation(id, session.accessToken, signal),
      tickets(id, session.accessToken, signal),
    ]);
    if (bought.length === 0) {
      const way = element('a', { class: 'button', href: paths.reservation(id) }, t('reservation.title'));
      return [notice('warning', t('tickets.none'), way)];
    }
    const performance = await performanceOf(held.scheduleId, session.accessToken, signal);
    const drawn = await Promise.all(
      bought.map(async (one) => card(one, held, performance, await qrCode(one.code, signal))),
    );
    return [
      element('p', { class: 'lead' }, t('tickets.lead')),
      element('ul', { class: 'tickets' }, ...drawn),
      element('p', {}, element('a', { class: 'button', href: paths.reservations }, t('reservations.title'))),
    ];
  });
  return { title: t('tickets.title'), body: [content] };
}

/**
 * @param {import('../api/types.js').Ticket} one
 * @param {import('../api/types.js').Reservation} held
 * @param {import('../api/types.js').Performance} performance
 * @param {SVGElement} drawing
 */
function card({ seatId, number }, held, performance, drawing) {
  const seat = held.seats.find((reserved) => reserved.seatId === seatId);
  drawing.setAttribute('role', 'img');
  drawing.setAttribute('aria-label', t('tickets.code', { number }));
  return ticket(
    [
      element('p', { class: 'stub-label' }, t('tickets.admits')),
      element('h2', {}, performance.title),
      facts(
        [t('reservation.when'), `${day(performance.startsAt)} ${hour(performance.startsAt)}`],
        [t('concerts.venue'), performance.venue],
        seat ? [t('list.section'), seat.section] : null,
        seat ? [t('tickets.row'), String(seat.row)] : null,
        [t('tickets.number'), element('strong', { class: 'ticket-number digits' }, String(number))],
        seat ? [t('tickets.price'), won(seat.price)] : null,
      ),
    ],
    [element('div', { class: 'qr' }, drawing), element('span', { class: 'stub-label' }, t('tickets.scan'))],
    { as: 'li', kind: 'ticket-qr' },
  );
}
