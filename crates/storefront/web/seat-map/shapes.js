// @ts-check

/**
 * @typedef {import('./model.js').Seat} Seat
 * @typedef {import('./model.js').Section} Section
 * @typedef {{ available: Path2D, held: Path2D, gone: Path2D }} Outlines
 */

/** How the seats of each section look from afar, drawn up once and again when one of them changes. */
export class Shapes {
  /** @param {import('./model.js').SeatMap} map */
  constructor(map) {
    this.map = map;
    /** @type {Map<string, Outlines>} */
    this.known = new Map();
    map.onChange(({ seats }) => {
      for (const { section } of seats) this.known.delete(section);
    });
  }

  /** @param {Section} section */
  far(section) {
    const shapes = this.known.get(section.name) ?? shapesOf(this.map, section, null);
    this.known.set(section.name, shapes);
    return shapes;
  }
}

/**
 * A seat that can be had is full; one that is held is a small ring, one that is sold or blocked a stroke. Marked ones
 * are drawn by themselves.
 *
 * @param {import('./model.js').SeatMap} map
 * @param {Section} section
 * @param {import('./model.js').Bounds | null} sight round ones of what is in sight; `null`: all of them, square
 * @returns {Outlines}
 */
export function shapesOf(map, section, sight) {
  const [available, held, gone] = [new Path2D(), new Path2D(), new Path2D()];
  for (const { seats } of section.rows) {
    const y = seats[0]?.y ?? 0;
    if (sight && (y < sight.top || y > sight.bottom)) continue;
    for (const seat of seats) {
      if (sight && (seat.x < sight.left || seat.x > sight.right)) continue;
      if (map.marked.has(seat.seatId)) continue;
      if (seat.status === 'available') outline(available, seat, sight !== null, 0.38);
      else if (seat.status === 'held') outline(held, seat, sight !== null, 0.26);
      else gone.rect(seat.x - 0.24, seat.y - 0.05, 0.48, 0.1);
    }
  }
  return { available, held, gone };
}

/**
 * @param {Path2D} path
 * @param {Seat} seat
 * @param {boolean} round
 * @param {number} radius
 */
function outline(path, { x, y }, round, radius) {
  if (round) {
    path.moveTo(x + radius, y);
    path.arc(x, y, radius, 0, Math.PI * 2);
  } else {
    path.rect(x - radius, y - radius, radius * 2, radius * 2);
  }
}
