// @ts-check
import { say } from './element.js';

/**
 * Tells a screen reader's user what others see happen.
 *
 * @param {string} text
 * @param {'polite' | 'assertive'} [urgency]
 */
export function announce(text, urgency = 'polite') {
  const region = document.getElementById(urgency === 'polite' ? 'news' : 'alarms');
  if (!region) return;
  // The same words once more are news, too: a space makes them other words.
  say(region, region.textContent === text ? `${text}\u00a0` : text);
}
