// @ts-check

/**
 * @typedef {string | number | Node | null | undefined | false} Child
 * @typedef {string | number | boolean | null | undefined | ((event: any) => void)} Value
 * @typedef {Record<string, Value>} Attributes
 */

/**
 * An element with its attributes, listeners (`onclick` and so on) and children. Text is text: nothing is ever parsed.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  set(made, attributes);
  made.append(...nodes(children));
  return made;
}

/**
 * @param {Element} made
 * @param {Attributes} attributes `null`, `undefined` and `false` take one away
 */
export function set(made, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name.slice(2), value);
    else if (value === null || value === undefined || value === false) made.removeAttribute(name);
    else made.setAttribute(name, value === true ? '' : String(value));
  }
}

/**
 * @param {(Child | Child[])[]} children
 * @returns {(string | Node)[]}
 */
export function nodes(children) {
  return children.flat().filter(isThere).map((child) => (typeof child === 'number' ? String(child) : child));
}

/**
 * @param {Child} child
 * @returns {child is string | number | Node}
 */
function isThere(child) {
  return child !== null && child !== undefined && child !== false;
}

/**
 * Changes a text only when it is another one: screen readers read what is set again.
 *
 * @param {Node} node
 * @param {string} text
 */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
