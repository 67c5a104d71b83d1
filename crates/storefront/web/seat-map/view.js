// @ts-check

/** Pixels a seat width is at most: a row of four fills a phone. */
const LARGEST = 64;

/** Which part of the hall is looked at: where its origin lies, and how many pixels a seat width is. */
export class View {
  /** @param {import('./model.js').Bounds} bounds of the hall, in seat widths */
  constructor(bounds) {
    this.bounds = bounds;
    this.width = 1;
    this.height = 1;
    this.scale = 1;
    this.x = 0;
    this.y = 0;
  }

  get smallest() {
    const { left, right, top, bottom } = this.bounds;
    return Math.min(this.width / (right - left), this.height / (bottom - top), LARGEST);
  }

  /** Shows the whole hall. */
  fit() {
    this.show(this.bounds);
  }

  /**
   * Shows a part of the hall, as large as it goes.
   *
   * @param {import('./model.js').Bounds} part
   */
  show({ left, right, top, bottom }) {
    const fitting = Math.min(this.width / (right - left + 2), this.height / (bottom - top + 2));
    this.scale = Math.min(LARGEST, Math.max(this.smallest, fitting));
    this.x = this.width / 2 - ((left + right) / 2) * this.scale;
    this.y = this.height / 2 - ((top + bottom) / 2) * this.scale;
    this.hold();
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  resize(width, height) {
    const before = { width: this.width, height: this.height };
    const whole = this.scale <= this.smallest * 1.01;
    this.width = width;
    this.height = height;
    if (whole || before.width === 1) {
      this.fit();
    } else {
      this.pan((width - before.width) / 2, (height - before.height) / 2);
    }
  }

  /**
   * @param {number} dx pixels
   * @param {number} dy pixels
   */
  pan(dx, dy) {
    this.x += dx;
    this.y += dy;
    this.hold();
  }

  /**
   * @param {number} factor
   * @param {number} [px] the point that stays where it is
   * @param {number} [py]
   */
  zoom(factor, px = this.width / 2, py = this.height / 2) {
    const scale = Math.min(LARGEST, Math.max(this.smallest, this.scale * factor));
    this.x = px - ((px - this.x) * scale) / this.scale;
    this.y = py - ((py - this.y) * scale) / this.scale;
    this.scale = scale;
    this.hold();
  }

  /** Keeps the hall in sight: where it is smaller than the view it stays in the middle. */
  hold() {
    const { left, right, top, bottom } = this.bounds;
    this.x = held(this.x, this.width, left * this.scale, right * this.scale);
    this.y = held(this.y, this.height, top * this.scale, bottom * this.scale);
  }

  /**
   * @param {number} px
   * @param {number} py
   */
  at(px, py) {
    return { x: (px - this.x) / this.scale, y: (py - this.y) / this.scale };
  }

  /** @returns {import('./model.js').Bounds} what is in sight, in seat widths */
  get sight() {
    const from = this.at(0, 0);
    const to = this.at(this.width, this.height);
    return { left: from.x, top: from.y, right: to.x, bottom: to.y };
  }
}

/**
 * @param {number} origin
 * @param {number} size of the view
 * @param {number} from of the hall, in pixels from its origin
 * @param {number} to
 */
function held(origin, size, from, to) {
  if (to - from <= size) return (size - from - to) / 2;
  return Math.min(-from, Math.max(size - to, origin));
}
