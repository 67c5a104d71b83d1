// @ts-check
import { language, t } from './language.js';

const locale = () => (language() === 'ko' ? 'ko-KR' : 'en-GB');

/** @param {number} amount */
export function won(amount) {
  const digits = new Intl.NumberFormat(locale()).format(amount);
  return language() === 'ko' ? `${digits}원` : `₩${digits}`.replace('₩-', '−₩');
}

/** @param {number} value */
export function count(value) {
  return new Intl.NumberFormat(locale()).format(value);
}

/** @param {string} instant */
export function day(instant) {
  return new Intl.DateTimeFormat(locale(), {
    weekday: 'long',
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    timeZone: 'Asia/Seoul',
  }).format(new Date(instant));
}

/** @param {string} instant */
export function hour(instant) {
  return new Intl.DateTimeFormat(locale(), { hour: 'numeric', minute: '2-digit', timeZone: 'Asia/Seoul' }).format(
    new Date(instant),
  );
}

/** @param {string} instant */
export function moment(instant) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short', timeZone: 'Asia/Seoul' }).format(
    new Date(instant),
  );
}

/**
 * The parts of a day that stand big on a ticket.
 *
 * @param {string} instant
 */
export function dayParts(instant) {
  const date = new Date(instant);
  /** @param {Intl.DateTimeFormatOptions} how */
  const part = (how) => new Intl.DateTimeFormat(locale(), { ...how, timeZone: 'Asia/Seoul' }).format(date);
  return {
    month: part({ month: 'short' }),
    day: new Intl.DateTimeFormat('en', { day: 'numeric', timeZone: 'Asia/Seoul' }).format(date),
    weekday: part({ weekday: 'short' }),
  };
}

/**
 * Minutes and seconds as a clock shows them.
 *
 * @param {number} ms
 */
export function clock(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/**
 * A time as one says it: seconds below a minute, then minutes, then hours.
 *
 * @param {number} seconds
 */
export function span(seconds) {
  if (seconds < 60) return t('span.seconds', { n: Math.max(1, Math.round(seconds)) });
  if (seconds < 5_400) return t('span.minutes', { n: Math.round(seconds / 60) });
  return t('span.hours', { n: Math.round(seconds / 360) / 10 });
}

/**
 * The time of day to the second.
 *
 * @param {Date} date
 */
export function time(date) {
  return new Intl.DateTimeFormat(locale(), { timeStyle: 'medium', timeZone: 'Asia/Seoul' }).format(date);
}

/** @param {number} share of 1 */
export function percent(share) {
  const digits = share > 0 && share < 0.1 ? 1 : 0;
  return new Intl.NumberFormat(locale(), { style: 'percent', maximumFractionDigits: digits }).format(share);
}
