// @ts-check

/**
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number | null>} [attributes]
 * @param {...Node} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function drawn(tag, attributes = {}, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  redraw(made, attributes);
  made.append(...children);
  return made;
}

/**
 * @param {SVGElement} made
 * @param {Record<string, string | number | null>} attributes `null` takes one away
 */
export function redraw(made, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null) made.removeAttribute(name);
    else made.setAttribute(name, String(value));
  }
}
