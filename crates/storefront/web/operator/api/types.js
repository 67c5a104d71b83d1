// @ts-check
/**
 * What v1/admin answers: the bodies of docs/openapi, as far as the console reads them.
 *
 * @typedef {import('../../api/types.js').QueueState} QueueState
 * @typedef {import('../../api/types.js').ReservedSeat} ReservedSeat
 *
 * @typedef {object} Queue
 * @property {string} queueId
 * @property {string} name
 * @property {QueueState} state
 * @property {number} waiting
 * @property {number} admitted
 * @property {number} maxActive
 * @property {number | null} admitPerMinute
 * @property {number} passTtlSeconds
 * @property {number} joinedTotal
 * @property {number} admittedTotal
 * @property {number} finishedTotal
 * @property {string} since when the totals began to count
 *
 * @typedef {'queue' | 'concert' | 'reservation' | 'wallet'} ServiceName
 * @typedef {{ check: string, rule: string, count: number, examples: string[] }} Violation
 *
 * @typedef {object} Audit
 * @property {'clean' | 'violated' | 'unknown'} verdict
 * @property {string | null} checkedAt
 * @property {number} notJudged
 * @property {Violation[]} violations
 *
 * @typedef {object} Service
 * @property {string} service
 * @property {string} version
 * @property {string} startedAt
 * @property {string} now
 * @property {{ total: number, clientErrors: number, serverErrors: number, shed: number }} requests
 * @property {Audit} audit
 *
 * @typedef {object} Sales
 * @property {string} scheduleId
 * @property {{ total: number, available: number, held: number, paying: number, sold: number, blocked: number }} seats
 * @property {Record<string, number>} reservations by status
 * @property {Record<string, number>} payments by state
 * @property {number | null} oldestProcessingSeconds
 * @property {number} salesAmount won
 *
 * @typedef {object} Reservation
 * @property {string} reservationId
 * @property {string} scheduleId
 * @property {string} userId
 * @property {import('../../api/types.js').ReservationStatus} status
 * @property {ReservedSeat[]} seats
 * @property {number} amount won
 * @property {string} createdAt
 * @property {string} expiresAt
 * @property {{ paymentId: string, status: string, startedAt: string } | null} payment
 * @property {{ reason: string, releasedBy: string, releasedAt: string } | null} release
 *
 * @typedef {{ title: string, venue: string, queueId?: string, salesOpenAt: string, salesCloseAt: string }} NewConcert
 * @typedef {{ name: string, rows: number, seatsPerRow: number, price: number }} NewSection
 * @typedef {{ startsAt: string, sections: NewSection[] }} NewSchedule
 */
export {};
