// @ts-check
import { element, set } from '../../elements/element.js';

/**
 * @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Input
 * @typedef {{ view: HTMLElement, input: Input, fault: (message: string | null) => void }} Field
 */

let fields = 0;

/**
 * An input with its name, what it takes, and what is wrong with it where it stands.
 *
 * @param {string} name
 * @param {Input} input
 * @param {{ hint?: string, beside?: import('../../elements/element.js').Child }} [how]
 * @returns {Field}
 */
export function field(name, input, { hint = '', beside = null } = {}) {
  fields += 1;
  const id = input.id || `field-${fields}`;
  const [hintId, faultId] = [`${id}-hint`, `${id}-fault`];
  const wrong = element('p', { id: faultId, class: 'fault', role: 'alert' });
  set(input, { id, 'aria-describedby': hint ? `${hintId} ${faultId}` : faultId });
  input.classList.add('field');
  const view = element(
    'div',
    { class: 'entry' },
    element('label', { for: id }, name),
    beside ? element('div', { class: 'entry-line' }, input, beside) : input,
    hint ? element('p', { id: hintId, class: 'quiet small' }, hint) : null,
    wrong,
  );
  return {
    view,
    input,
    fault: (message) => {
      set(input, { 'aria-invalid': message === null ? null : 'true' });
      wrong.textContent = message ?? '';
    },
  };
}

/**
 * Says at each field what is wrong with it, and goes to the first of them.
 *
 * @param {Map<string, Field>} known by the names that the server has for them
 * @param {{ field: string, message: string }[]} faults
 * @returns {string[]} what belongs to none of them
 */
export function showFaults(known, faults) {
  for (const one of known.values()) one.fault(null);
  const rest = faults.filter(({ field: name }) => !known.has(name));
  for (const { field: name, message } of faults) known.get(name)?.fault(message);
  const first = [...known].find(([name]) => faults.some((fault) => fault.field === name));
  first?.[1].input.focus();
  return rest.map(({ field: name, message }) => `${name}: ${message}`);
}
