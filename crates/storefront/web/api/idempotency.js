// @ts-check

/** A new Idempotency-Key. `crypto.randomUUID` is not there on plain http, `getRandomValues` is. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * The key of a command that may have been sent: kept until its outcome is known, so that a reload, too, asks again
 * under the same one.
 *
 * @param {string} command such as `payment.<reservation id>`
 */
export function keyOf(command) {
  const kept = localStorage.getItem(`boxoffice.key.${command}`);
  if (kept) return kept;
  const key = newKey();
  localStorage.setItem(`boxoffice.key.${command}`, key);
  return key;
}

/** @param {string} command */
export function hasKey(command) {
  return localStorage.getItem(`boxoffice.key.${command}`) !== null;
}

/**
 * The outcome is known: the next time is another command.
 *
 * @param {string} command
 */
export function forgetKey(command) {
  localStorage.removeItem(`boxoffice.key.${command}`);
}
