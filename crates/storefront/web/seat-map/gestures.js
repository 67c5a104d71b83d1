// @ts-check

/** Fingers and hands tremble: less than this many pixels is a press, not a pull. */
const TREMBLE = 8;
/** How near a seat must be to be meant, in pixels, where seats are smaller than a finger. */
const REACH = 16;
/** Half of a seat's diagonal, in seat widths: no press between four seats goes to none of them. */
const BETWEEN = 0.71;

/**
 * Pulling pans; the wheel, two fingers, `+` and `-` zoom; arrows pan; `0` shows the whole hall; a press picks.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {import('./view.js').View} view
 * @param {{ moved: () => void, pressed: (at: { x: number, y: number }, reach: number) => void }} tell
 */
export function gestures(canvas, view, { moved, pressed }) {
  /** @type {Map<number, { x: number, y: number }>} */
  const fingers = new Map();
  let travelled = 0;
  let pinched = false;

  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    if (fingers.size === 0) {
      travelled = 0;
      pinched = false;
    }
    fingers.set(event.pointerId, pointOf(event));
    if (fingers.size === 2) pinched = true;
  });

  canvas.addEventListener('pointermove', (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const now = pointOf(event);
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    fingers.set(event.pointerId, now);
    travelled += Math.hypot(now.x - before.x, now.y - before.y);
    if (other) {
      const [was, is] = [distance(before, other), distance(now, other)];
      const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
      if (was > 0) view.zoom(is / was, middle.x, middle.y);
      view.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
    } else if (travelled > TREMBLE) {
      view.pan(now.x - before.x, now.y - before.y);
    }
    moved();
  });

  /** @param {PointerEvent} event */
  const lifted = (event) => {
    const there = fingers.delete(event.pointerId);
    if (there && event.type === 'pointerup' && !pinched && travelled <= TREMBLE) {
      const { x, y } = pointOf(event);
      pressed(view.at(x, y), Math.max(BETWEEN, REACH / view.scale));
    }
  };
  canvas.addEventListener('pointerup', lifted);
  canvas.addEventListener('pointercancel', lifted);

  canvas.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const { x, y } = pointOf(event);
      // A mouse's notch is about 100 pixels, or 3 lines; a touchpad sends many small ones.
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 33 : event.deltaY;
      view.zoom(Math.exp(-pixels / 400), x, y);
      moved();
    },
    { passive: false },
  );

  canvas.addEventListener('keydown', (event) => {
    const step = Math.min(view.width, view.height) / 5;
    const move = {
      ArrowLeft: () => view.pan(step, 0),
      ArrowRight: () => view.pan(-step, 0),
      ArrowUp: () => view.pan(0, step),
      ArrowDown: () => view.pan(0, -step),
      '+': () => view.zoom(1.4),
      '=': () => view.zoom(1.4),
      '-': () => view.zoom(1 / 1.4),
      0: () => view.fit(),
    }[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    move();
    moved();
  });
}

/** @param {PointerEvent | WheelEvent} event */
function pointOf(event) {
  return { x: event.offsetX, y: event.offsetY };
}

/**
 * @param {{ x: number, y: number }} one
 * @param {{ x: number, y: number }} other
 */
function distance(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

/**
 * The seat nearest to a point, if one is within reach.
 *
 * @param {import('./model.js').SeatMap} map
 * @param {{ x: number, y: number }} at
 * @param {number} reach in seat widths
 */
export function seatAt(map, at, reach) {
  let best = null;
  let nearest = reach;
  for (const { bounds, rows } of map.sections) {
    if (at.y < bounds.top - reach || at.y > bounds.bottom + reach) continue;
    for (const { seats } of rows) {
      if (Math.abs((seats[0]?.y ?? Infinity) - at.y) > reach) continue;
      for (const seat of seats) {
        const away = Math.hypot(seat.x - at.x, seat.y - at.y);
        if (away < nearest) {
          best = seat;
          nearest = away;
        }
      }
    }
  }
  return best;
}
