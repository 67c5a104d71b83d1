// @ts-check
import { problemOf } from './problem.js';

/**
 * A ticket's code as an SVG drawing. The code goes in the body: an address is kept in histories and logs.
 *
 * @param {string} code
 * @param {AbortSignal} signal
 * @returns {Promise<SVGElement>}
 */
export async function qrCode(code, signal) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch('/storefront/qr', { method: 'POST', headers, body: JSON.stringify({ code }), signal });
  if (!response.ok) throw await problemOf(response);
  const drawing = new DOMParser().parseFromString(await response.text(), 'image/svg+xml').documentElement;
  return /** @type {SVGElement} */ (/** @type {Element} */ (document.importNode(drawing, true)));
}
