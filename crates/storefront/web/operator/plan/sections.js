// @ts-check
import { announce } from '../../elements/announce.js';
import { element } from '../../elements/element.js';
import { field } from '../elements/field.js';
import { w } from '../text/words.js';

/**
 * @typedef {import('../api/types.js').NewSection} NewSection
 * @typedef {import('../elements/field.js').Field} Field
 * @typedef {{ view: HTMLElement, fields: Record<keyof NewSection, Field>, legend: HTMLElement, remove: HTMLButtonElement }} Line
 */

const LONGEST_NAME = 80;
/** What a plan begins with: a small hall. */
const FIRST = { name: 'A', rows: 10, seatsPerRow: 20, price: 99_000 };

/** The sections of a seat plan, the one nearest the stage first. */
export class Sections {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    /** @type {Line[]} */
    this.lines = [];
    this.made = 0;
    this.list = element('div', { class: 'sections' });
    this.add = element('button', { type: 'button', class: 'button', 'data-do': 'add-section' }, w('plan.add'));
    this.add.addEventListener('click', () => {
      const line = this.append({ ...(this.values.at(-1) ?? FIRST), name: '' });
      line.fields.name.input.focus();
    });
    this.view = element('div', { class: 'stack' }, this.list, element('div', {}, this.add));
  }

  begin() {
    this.append(FIRST);
  }

  /** @param {NewSection} section */
  append(section) {
    this.made += 1;
    const id = `section-${this.made}`;
    const fields = {
      name: field(w('plan.name'), input(`${id}-name`, section.name, false)),
      rows: field(w('plan.rows'), input(`${id}-rows`, section.rows, true)),
      seatsPerRow: field(w('plan.seatsPerRow'), input(`${id}-seats`, section.seatsPerRow, true)),
      price: field(w('plan.price'), input(`${id}-price`, section.price, true)),
    };
    const legend = element('legend', {});
    const remove = element('button', { type: 'button', class: 'button button-small', 'data-do': 'remove-section' });
    const view = element(
      'fieldset',
      { class: 'section' },
      legend,
      ...Object.values(fields).map((one) => one.view),
      remove,
    );
    const line = { view, fields, legend, remove };
    remove.addEventListener('click', () => this.drop(line));
    view.addEventListener('input', this.changed);
    this.lines.push(line);
    this.list.append(view);
    this.number();
    return line;
  }

  /** @param {Line} line */
  drop(line) {
    const index = this.lines.indexOf(line);
    this.lines.splice(index, 1);
    line.view.remove();
    this.number();
    announce(w('plan.removed'));
    (this.lines[Math.min(index, this.lines.length - 1)]?.remove ?? this.add).focus();
  }

  number() {
    this.lines.forEach(({ legend, remove }, index) => {
      legend.textContent = w('plan.section', { n: index + 1 });
      remove.textContent = w('plan.remove');
      remove.setAttribute('aria-label', w('plan.removeWhich', { n: index + 1 }));
      // A plan has one at least.
      remove.hidden = this.lines.length === 1;
    });
    this.changed();
  }

  /** @returns {NewSection[]} */
  get values() {
    return this.lines.map(({ fields: { name, rows, seatsPerRow, price } }) => ({
      name: name.input.value.trim(),
      rows: whole(rows),
      seatsPerRow: whole(seatsPerRow),
      price: whole(price),
    }));
  }

  /** @returns {[string, Field][]} by the names that the server has for them */
  get fields() {
    return this.lines.flatMap(({ fields }, index) =>
      Object.entries(fields).map(([name, one]) => /** @type {[string, Field]} */ ([`sections[${index}].${name}`, one])),
    );
  }

  /** @returns {{ field: string, message: string }[]} what is wrong with them */
  check() {
    const { values } = this;
    return values.flatMap(({ name, ...counts }, index) => {
      const faults = [];
      const others = values.slice(0, index).map((other) => other.name);
      if (name === '') faults.push({ field: `sections[${index}].name`, message: w('form.empty') });
      else if (others.includes(name)) faults.push({ field: `sections[${index}].name`, message: w('plan.sameName') });
      for (const [key, value] of Object.entries(counts)) {
        if (value < 1) faults.push({ field: `sections[${index}].${key}`, message: w('form.whole') });
      }
      return faults;
    });
  }
}

/**
 * @param {string} id
 * @param {string | number} value
 * @param {boolean} numeric
 */
function input(id, value, numeric) {
  return element('input', {
    id,
    value,
    autocomplete: 'off',
    inputmode: numeric ? 'numeric' : null,
    maxlength: numeric ? 9 : LONGEST_NAME,
  });
}

/**
 * @param {Field} field
 * @returns {number} 0 where it is none
 */
function whole({ input: { value } }) {
  const digits = value.replace(/[\s,]/g, '');
  return /^\d+$/.test(digits) ? Number(digits) : 0;
}
