// @ts-check
import { t } from '../text/language.js';
import { Shapes, shapesOf } from './shapes.js';

/** Below this many pixels a seat is a square: arcs of 10,000 seats cost more than a frame has. */
const ROUND_FROM = 10;
/** From this many pixels on a seat shows its number. */
const NUMBER_FROM = 26;

/**
 * @typedef {import('./model.js').Seat} Seat
 * @typedef {{ ink: string, paper: string, quiet: string, line: string, mark: string, onMark: string, tones: string[] }} Colours
 */

/** Draws the hall, at most once a frame. */
export class Drawing {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import('./model.js').SeatMap} map
   * @param {import('./view.js').View} view
   */
  constructor(canvas, map, view) {
    this.canvas = canvas;
    this.map = map;
    this.view = view;
    this.due = false;
    this.shapes = new Shapes(map);
    this.context = canvas.getContext('2d');
    this.colours = colours(canvas);
  }

  /** The page's colours are known once the canvas stands in it, and others when the scheme changes. */
  recolour() {
    this.colours = colours(this.canvas);
    this.soon();
  }

  soon() {
    if (this.due) return;
    this.due = true;
    requestAnimationFrame(() => {
      this.due = false;
      this.draw();
    });
  }

  draw() {
    const { context, view, canvas } = this;
    if (!context) return;
    const density = Math.min(devicePixelRatio, 2);
    const [width, height] = [Math.round(view.width * density), Math.round(view.height * density)];
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    context.setTransform(density * view.scale, 0, 0, density * view.scale, density * view.x, density * view.y);
    this.drawStage(context);
    const { left, right, top, bottom } = view.sight;
    for (const section of this.map.sections) {
      const { bounds } = section;
      if (bounds.bottom < top - 1 || bounds.top > bottom + 1) continue;
      this.drawSection(context, section, { left: left - 1, right: right + 1, top: top - 1, bottom: bottom + 1 });
      this.drawName(context, section);
    }
  }

  /** @param {CanvasRenderingContext2D} context */
  drawStage(context) {
    const half = Math.min(20, (this.map.bounds.right - this.map.bounds.left) / 3);
    context.fillStyle = this.colours.ink;
    context.beginPath();
    context.roundRect(-half, -7, half * 2, 5.4, [0.4, 0.4, 2.4, 2.4]);
    context.fill();
    context.fillStyle = this.colours.paper;
    context.font = '700 3.2px system-ui, sans-serif';
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(t('map.stage'), 0, -4.2);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {import('./model.js').Section} section
   * @param {import('./model.js').Bounds} sight
   */
  drawSection(context, section, sight) {
    const { tones, quiet, line } = this.colours;
    const near = this.view.scale >= ROUND_FROM;
    const { available, held, gone } = near ? shapesOf(this.map, section, sight) : this.shapes.far(section);
    context.fillStyle = tones[section.tone] ?? quiet;
    context.fill(available);
    context.strokeStyle = quiet;
    context.lineWidth = 0.1;
    context.stroke(held);
    context.fillStyle = line;
    context.fill(gone);
    if (this.view.scale >= NUMBER_FROM) this.drawNumbers(context, section, sight);
    for (const seat of this.map.markedSeats) {
      if (seat.section === section.name) this.drawMarked(context, seat);
    }
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {import('./model.js').Section} section
   * @param {import('./model.js').Bounds} sight
   */
  drawNumbers(context, section, sight) {
    context.fillStyle = this.colours.onMark;
    context.font = '600 0.28px system-ui, sans-serif';
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    for (const { seats } of section.rows) {
      const y = seats[0]?.y ?? 0;
      if (y < sight.top || y > sight.bottom) continue;
      for (const { x, number, status } of seats) {
        if (x >= sight.left && x <= sight.right && status === 'available') context.fillText(String(number), x, y + 0.02);
      }
    }
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Seat} seat
   */
  drawMarked(context, { x, y }) {
    // Far out a mark of the size of its seat would not be seen.
    const size = Math.max(0.48, 5 / this.view.scale);
    context.fillStyle = this.colours.mark;
    context.beginPath();
    context.arc(x, y, size, 0, Math.PI * 2);
    context.fill();
    context.strokeStyle = this.colours.onMark;
    context.lineWidth = size * 0.22;
    context.beginPath();
    context.moveTo(x - size * 0.45, y + size * 0.02);
    context.lineTo(x - size * 0.1, y + size * 0.36);
    context.lineTo(x + size * 0.48, y - size * 0.34);
    context.stroke();
  }

  /**
   * In the aisle before the section, or across it where it is seen from afar.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {import('./model.js').Section} section
   */
  drawName(context, { name, bounds }) {
    const far = this.view.scale < ROUND_FROM;
    const size = far ? 15 / this.view.scale : 0.9;
    const x = (bounds.left + bounds.right) / 2;
    const y = far ? (bounds.top + bounds.bottom) / 2 : bounds.top - 1;
    context.font = `700 ${size}px system-ui, sans-serif`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    if (far) {
      const width = context.measureText(name).width + size * 1.2;
      context.fillStyle = this.colours.paper;
      context.beginPath();
      context.roundRect(x - width / 2, y - size * 0.85, width, size * 1.7, size * 0.85);
      context.fill();
    }
    context.fillStyle = this.colours.ink;
    context.fillText(name, x, y + size * 0.06);
  }
}

/**
 * @param {HTMLElement} element whose custom properties say
 * @returns {Colours}
 */
function colours(element) {
  const style = getComputedStyle(element);
  const read = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  return {
    ink: read('--ink'),
    paper: read('--paper'),
    quiet: read('--seat-held'),
    line: read('--seat-gone'),
    mark: read('--mark'),
    onMark: read('--on-mark'),
    tones: [0, 1, 2, 3, 4, 5].map((tone) => read(`--tone-${tone}`)),
  };
}
