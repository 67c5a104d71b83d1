// @ts-check
import { waitAfter } from '../api/http.js';
import { forgetKey, keyOf } from '../api/idempotency.js';
import { NoAnswer, Problem } from '../api/problem.js';
import * as reservations from '../api/reservations.js';
import { pause } from '../api/waiting.js';

/** How often a payment under way is asked about. */
const PAYMENT_MS = 1_000;

/**
 * How paying stands. Only the last six are ends; until one of them is known, nothing is called failed.
 *
 * @typedef {{ kind: 'asking' }
 *   | { kind: 'unknown', attempt: number }
 *   | { kind: 'processing' }
 *   | { kind: 'paid' }
 *   | { kind: 'declined' }
 *   | { kind: 'refunded' }
 *   | { kind: 'short', balance: number, required: number }
 *   | { kind: 'lapsed', status: string }
 *   | { kind: 'pass_over' }
 *   | { kind: 'refused', problem: Problem }} Payment
 */

/** @param {string} reservationId */
export const command = (reservationId) => `payment.${reservationId}`;

/**
 * Pays until it is known what became of it. The same Idempotency-Key goes with every attempt, so that none of them is
 * a second payment.
 *
 * @param {{ reservationId: string, pass: string, accessToken: string, signal: AbortSignal,
 *   tell: (state: Payment) => void }} purchase
 * @returns {Promise<Payment>}
 */
export async function pay({ reservationId, pass, accessToken, signal, tell }) {
  const key = keyOf(command(reservationId));
  tell({ kind: 'asking' });
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { payment, location } = await reservations.pay(reservationId, pass, key, signal);
      const where = location ?? `/v1/payments/${payment.paymentId}`;
      const status =
        payment.status === 'processing' ? await outcome(where, accessToken, signal, tell) : payment.status;
      forgetKey(command(reservationId));
      return { kind: status === 'captured' ? 'paid' : status };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (!(error instanceof Problem) && !(error instanceof NoAnswer)) throw error;
      if (error instanceof Problem && !error.passes) {
        const end = await refusal(error, reservationId, accessToken, signal);
        if (end) {
          forgetKey(command(reservationId));
          return end;
        }
      } else {
        tell({ kind: 'unknown', attempt });
      }
      await pause(waitAfter(error, attempt), signal);
    }
  }
}

/**
 * Follows a payment that is under way to its end; it always has one.
 *
 * @param {string} location
 * @param {string} accessToken
 * @param {AbortSignal} signal
 * @param {(state: Payment) => void} tell
 * @returns {Promise<'captured' | 'declined' | 'refunded'>}
 */
async function outcome(location, accessToken, signal, tell) {
  for (let failures = 0; ; ) {
    tell({ kind: 'processing' });
    await pause(PAYMENT_MS, signal);
    try {
      const { status } = await reservations.payment(location, accessToken, signal);
      if (status !== 'processing') return status;
      failures = 0;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (!(error instanceof NoAnswer) && !(error instanceof Problem && error.passes)) throw error;
      failures += 1;
      tell({ kind: 'unknown', attempt: failures });
      await pause(waitAfter(error, failures), signal);
    }
  }
}

/**
 * A "no" that is final, or `null` where another attempt of ours may still be the one that paid.
 *
 * @param {Problem} problem
 * @param {string} reservationId
 * @param {string} accessToken
 * @param {AbortSignal} signal
 * @returns {Promise<Payment | null>}
 */
async function refusal(problem, reservationId, accessToken, signal) {
  if (problem.code === 'insufficient_balance') {
    return { kind: 'short', balance: problem.number('balance') ?? 0, required: problem.number('required') ?? 0 };
  }
  if (problem.code !== 'hold_expired' && problem.status !== 401) return { kind: 'refused', problem };
  // The pass ends with the purchase: what the reservation says is what counts.
  const { status } = await reservations.reservation(reservationId, accessToken, signal);
  if (status === 'confirmed') return { kind: 'paid' };
  if (status === 'paying') return null;
  return problem.status === 401 ? { kind: 'pass_over' } : { kind: 'lapsed', status };
}
