// @ts-check

/** @typedef {{ userId: string, name: string, accessToken: string, expiresAt: string }} Session */

const STORED = 'boxoffice.session';
/** @type {Set<() => void>} */
const listeners = new Set();

/** Who this browser is, if anybody. */
export function session() {
  const stored = localStorage.getItem(STORED);
  if (!stored) return null;
  try {
    const known = /** @type {Session} */ (JSON.parse(stored));
    return typeof known.accessToken === 'string' ? known : null;
  } catch {
    return null;
  }
}

/** @param {Session} user */
export function signIn(user) {
  const { userId, name, accessToken, expiresAt } = user;
  localStorage.setItem(STORED, JSON.stringify({ userId, name, accessToken, expiresAt }));
  for (const listener of listeners) listener();
}

/** Forgets everything that is this fan's. */
export function signOut() {
  for (const name of Object.keys(localStorage)) {
    if (name.startsWith('boxoffice.') && !name.startsWith('boxoffice.settings.')) localStorage.removeItem(name);
  }
  sessionStorage.clear();
  for (const listener of listeners) listener();
}

/**
 * Tells when somebody signs in or out, in this tab or another.
 *
 * @param {() => void} listener
 */
export function onSession(listener) {
  listeners.add(listener);
  addEventListener('storage', (event) => {
    if (event.key === STORED || event.key === null) listener();
  });
}
