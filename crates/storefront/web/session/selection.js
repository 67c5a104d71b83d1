// @ts-check

/**
 * The seats a fan has marked and not yet asked for: kept over a reload, in this tab alone.
 *
 * @param {string} scheduleId
 * @returns {string[]}
 */
export function selectionOf(scheduleId) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(`boxoffice.selection.${scheduleId}`) ?? '[]');
    return Array.isArray(kept) ? kept.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

/**
 * @param {string} scheduleId
 * @param {string[]} seatIds
 */
export function keepSelection(scheduleId, seatIds) {
  sessionStorage.setItem(`boxoffice.selection.${scheduleId}`, JSON.stringify(seatIds));
}
