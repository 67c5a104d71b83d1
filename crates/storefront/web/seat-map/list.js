// @ts-check
import { element, say, set } from '../elements/element.js';
import { count, won } from '../text/format.js';
import { t } from '../text/language.js';

/**
 * @typedef {import('./model.js').Seat} Seat
 * @typedef {import('./model.js').SeatMap} SeatMap
 * @typedef {import('./model.js').Section} Section
 */

/**
 * The seats of one section at a time as a grid: one stop for the Tab key, arrows from seat to seat, Space marks.
 *
 * @param {SeatMap} map
 * @param {(seat: Seat) => void} picked
 */
export function seatGrid(map, picked) {
  const choice = element(
    'select',
    { id: 'section', class: 'field' },
    ...map.sections.map((section) => element('option', { value: section.name }, optionText(section))),
  );
  const grid = element('div', { class: 'grid', role: 'grid', 'aria-multiselectable': true, 'aria-describedby': 'grid-keys' });
  /** @type {Map<string, HTMLElement>} */
  const cells = new Map();
  /** @type {HTMLElement[][]} */
  let rows = [];

  const build = () => {
    const section = map.sectionByName.get(choice.value);
    cells.clear();
    rows = [];
    if (!section) return;
    grid.setAttribute('aria-label', t('list.grid', { section: section.name }));
    grid.replaceChildren(
      ...section.rows.map(({ row, seats }) => {
        const line = seats.map((seat) => {
          const cell = element('span', { role: 'gridcell', tabindex: -1, 'data-seat': seat.seatId }, String(seat.number));
          cells.set(seat.seatId, cell);
          describe(map, seat, cell);
          return cell;
        });
        rows.push(line);
        const head = element('span', { role: 'rowheader', class: 'grid-row-name' }, t('list.row', { row }));
        return element('div', { role: 'row', class: 'grid-row' }, head, ...line);
      }),
    );
    const first = section.rows.flatMap((row) => row.seats).find((seat) => seat.status === 'available');
    const stop = (first && cells.get(first.seatId)) ?? rows[0]?.[0];
    if (stop) stop.tabIndex = 0;
  };

  /** @param {HTMLElement} cell */
  const focus = (cell) => {
    grid.querySelector('[tabindex="0"]')?.setAttribute('tabindex', '-1');
    cell.tabIndex = 0;
    cell.focus();
  };

  /** @param {EventTarget | null} target */
  const pick = (target) => {
    const cell = target instanceof Element ? target.closest('[data-seat]') : null;
    const seat = cell instanceof HTMLElement ? map.byId.get(cell.dataset.seat ?? '') : undefined;
    if (!(cell instanceof HTMLElement) || !seat) return;
    focus(cell);
    picked(seat);
  };

  choice.addEventListener('change', build);
  grid.addEventListener('click', (event) => pick(event.target));
  grid.addEventListener('keydown', (event) => {
    if (event.key === ' ' || event.key === 'Enter') {
      event.preventDefault();
      pick(event.target);
      return;
    }
    const to = neighbour(rows, event);
    if (!to) return;
    event.preventDefault();
    focus(to);
  });
  map.onChange(({ seats }) => {
    for (const seat of seats) {
      const cell = cells.get(seat.seatId);
      if (cell) describe(map, seat, cell);
    }
    [...choice.options].forEach((option, index) => {
      const section = map.sections[index];
      if (section) say(option, optionText(section));
    });
  });
  build();
  const view = element(
    'div',
    { class: 'stack' },
    element('label', { for: 'section' }, t('list.section')),
    choice,
    element('p', { id: 'grid-keys', class: 'quiet small' }, t('list.keys')),
    element('div', { class: 'grid-frame' }, grid),
  );
  return { view };
}

/** @param {Section} section */
function optionText(section) {
  return t('list.option', { section: section.name, price: won(section.price), n: count(section.available) });
}

/**
 * @param {SeatMap} map
 * @param {Seat} seat
 * @param {HTMLElement} cell
 */
function describe(map, seat, cell) {
  const marked = map.marked.has(seat.seatId);
  const state = marked ? 'marked' : seat.status;
  const words = t(`seat.${state}`);
  set(cell, {
    class: `seat seat-${state}`,
    'aria-selected': String(marked),
    'aria-disabled': seat.status === 'available' ? null : 'true',
    'aria-label': t('list.seat', { row: seat.row, number: seat.number, price: won(seat.price), state: words }),
  });
}

/**
 * @param {HTMLElement[][]} rows
 * @param {KeyboardEvent} event
 * @returns {HTMLElement | undefined}
 */
function neighbour(rows, event) {
  const y = rows.findIndex((row) => row.some((cell) => cell === event.target));
  const row = rows[y];
  if (!row) return undefined;
  const x = row.findIndex((cell) => cell === event.target);
  const inRow = (/** @type {number} */ which) => {
    const other = rows[Math.min(rows.length - 1, Math.max(0, which))];
    return other?.[Math.min(x, other.length - 1)];
  };
  switch (event.key) {
    case 'ArrowLeft':
      return row[x - 1];
    case 'ArrowRight':
      return row[x + 1];
    case 'ArrowUp':
      return inRow(y - 1);
    case 'ArrowDown':
      return inRow(y + 1);
    case 'PageUp':
      return inRow(y - 10);
    case 'PageDown':
      return inRow(y + 10);
    case 'Home':
      return event.ctrlKey ? rows[0]?.[0] : row[0];
    case 'End':
      return event.ctrlKey ? rows.at(-1)?.at(-1) : row.at(-1);
    default:
      return undefined;
  }
}
