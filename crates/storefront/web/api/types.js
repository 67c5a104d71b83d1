// @ts-check
/**
 * What v1 answers: the bodies of docs/openapi, as far as the pages read them.
 *
 * @typedef {{ userId: string, name: string, accessToken: string, expiresAt: string }} User
 *
 * @typedef {object} Concert
 * @property {string} concertId
 * @property {string} title
 * @property {string} venue
 * @property {string} queueId
 * @property {string} salesOpenAt
 * @property {string} salesCloseAt
 *
 * @typedef {{ scheduleId: string, startsAt: string, seatsTotal: number, seatsAvailable: number, soldOut: boolean }} Schedule
 * @typedef {{ scheduleId: string, concertId: string, title: string, venue: string, startsAt: string }} Performance
 *
 * @typedef {'available' | 'held' | 'sold' | 'blocked'} SeatStatus
 *
 * @typedef {object} Seat
 * @property {string} seatId
 * @property {number} number
 * @property {string} section
 * @property {number} row
 * @property {number} x seat widths from the middle of the hall, in thousandths
 * @property {number} y seat widths from the stage, in thousandths
 * @property {number} price won
 * @property {SeatStatus} status
 *
 * @typedef {{ scheduleId: string, version: number, seats: Seat[] }} SeatsBody
 * @typedef {{ version: number, snapshot: boolean, changes: { seatId: string, status: SeatStatus }[] }} SeatsEvent
 *
 * @typedef {'waiting' | 'admitted' | 'done' | 'expired'} EntryStatus
 *
 * @typedef {object} Entry
 * @property {string} entryId
 * @property {string} userId
 * @property {string} queueToken
 * @property {EntryStatus} status
 * @property {number} position
 * @property {number} ahead
 * @property {number} waiting
 * @property {{ low: number, high: number } | null} etaSeconds
 * @property {number} pollAfterMs
 * @property {string} [pass]
 * @property {string} [passExpiresAt]
 *
 * @typedef {'open' | 'paused' | 'draining' | 'closed'} QueueState
 * @typedef {{ queueId: string, name: string, state: QueueState, waiting: number, admitted: number, maxActive: number }} Queue
 *
 * @typedef {'held' | 'paying' | 'confirmed' | 'released' | 'expired' | 'cancelled'} ReservationStatus
 * @typedef {{ seatId: string, number: number, section: string, row: number, price: number }} ReservedSeat
 *
 * @typedef {object} Reservation
 * @property {string} reservationId
 * @property {string} scheduleId
 * @property {ReservationStatus} status
 * @property {ReservedSeat[]} seats
 * @property {number} amount won
 * @property {string} expiresAt
 * @property {number} expiresInSeconds
 * @property {string} createdAt
 *
 * @typedef {'processing' | 'captured' | 'declined' | 'refunded'} PaymentStatus
 * @typedef {{ paymentId: string, reservationId: string, amount: number, status: PaymentStatus, paidAt?: string, balance?: number }} Payment
 *
 * @typedef {{ ticketId: string, seatId: string, number: number, code: string }} Ticket
 *
 * @typedef {{ userId: string, name: string, balance: number, currency: string }} Wallet
 * @typedef {{ chargeId: string, amount: number, balance: number, createdAt: string }} Charge
 * @typedef {{ entryId: string, type: 'charge' | 'payment' | 'refund', amount: number, balanceAfter: number, reference: string, createdAt: string }} WalletEntry
 */
export {};
