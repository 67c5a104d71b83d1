// @ts-check
import { element } from '../elements/element.js';
import { t } from '../text/language.js';
import { Drawing } from './canvas.js';
import { gestures, seatAt } from './gestures.js';
import { View } from './view.js';

/** From so many pixels a seat on, a press means the seat it hits; further out it comes nearer first. */
const PRESSABLE = 10;

/**
 * The hall as a picture. What can be done in it can be done in the list, too.
 *
 * @param {import('./model.js').SeatMap} map
 * @param {AbortSignal} signal
 * @param {(seat: import('./model.js').Seat) => void} picked
 */
export function hall(map, signal, picked) {
  const canvas = element('canvas', {
    class: 'hall-canvas',
    tabindex: 0,
    role: 'application',
    'aria-label': t('map.label'),
    'aria-describedby': 'map-keys',
  });
  const view = new View(map.bounds);
  const drawing = new Drawing(canvas, map, view);
  const moved = () => drawing.soon();

  gestures(canvas, view, {
    moved,
    pressed: (at, reach) => {
      if (view.scale < PRESSABLE && !near(map, at)) {
        view.zoom(PRESSABLE * 2 / view.scale, at.x * view.scale + view.x, at.y * view.scale + view.y);
        moved();
        return;
      }
      const seat = seatAt(map, at, reach);
      if (seat) picked(seat);
    },
  });
  map.onChange(moved);
  const sized = new ResizeObserver(() => {
    const { width, height } = canvas.getBoundingClientRect();
    if (width === 0 || height === 0) return;
    view.resize(width, height);
    drawing.recolour();
    drawing.draw();
  });
  sized.observe(canvas);
  signal.addEventListener('abort', () => sized.disconnect());
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => drawing.recolour(), { signal });

  /** @param {() => void} move */
  const by = (move) => () => {
    move();
    moved();
  };
  const tools = element(
    'div',
    { class: 'hall-tools' },
    tool('+', t('map.closer'), by(() => view.zoom(1.6))),
    tool('−', t('map.further'), by(() => view.zoom(1 / 1.6))),
    tool('⤢', t('map.whole'), by(() => view.fit())),
  );
  const keys = element('p', { id: 'map-keys', class: 'unseen' }, t('map.keys'));
  return {
    view: element('div', { class: 'hall' }, canvas, tools, keys),
    /** @param {import('./model.js').Section} section */
    show: (section) => {
      view.show(section.bounds);
      moved();
    },
  };
}

/**
 * A marked seat is drawn large, and pressed again it is meant.
 *
 * @param {import('./model.js').SeatMap} map
 * @param {{ x: number, y: number }} at
 */
function near(map, at) {
  return map.markedSeats.some((seat) => Math.hypot(seat.x - at.x, seat.y - at.y) < 1);
}

/**
 * @param {string} sign
 * @param {string} name
 * @param {() => void} onclick
 */
function tool(sign, name, onclick) {
  return element('button', { type: 'button', class: 'tool', 'aria-label': name, title: name, onclick }, sign);
}
