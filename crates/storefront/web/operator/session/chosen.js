// @ts-check

/** Which performance is looked at: the same on each page of the console, kept over a reload, in this tab alone. */
const STORED = 'boxoffice.operator.performance';

/** @typedef {{ concertId: string, scheduleId: string }} Chosen */

/** @returns {Chosen | null} */
export function chosen() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(STORED) ?? 'null');
    return typeof kept?.concertId === 'string' && typeof kept.scheduleId === 'string' ? kept : null;
  } catch {
    return null;
  }
}

/** @param {Chosen} performance */
export function choose(performance) {
  sessionStorage.setItem(STORED, JSON.stringify(performance));
}
