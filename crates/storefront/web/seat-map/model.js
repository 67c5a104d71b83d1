// @ts-check

/**
 * @typedef {import('../api/types.js').Seat} Seat
 * @typedef {import('../api/types.js').SeatStatus} SeatStatus
 * @typedef {{ row: number, seats: Seat[] }} Row
 * @typedef {{ left: number, top: number, right: number, bottom: number }} Bounds
 * @typedef {{ name: string, price: number, rows: Row[], total: number, available: number, bounds: Bounds, tone: number }} Section
 * @typedef {{ seats: Seat[], lost: Seat[] }} Change the seats with another status, and those of them that were marked
 */

/** Seat widths: what the server has in thousandths. */
const THOUSANDTHS = 1000;
/** What the stage takes in front of the first row, in seat widths. */
const STAGE_ROWS = 8;

/** The seats of a performance, their status as it changes, and the ones that the fan has marked. */
export class SeatMap {
  /** @param {import('../api/types.js').SeatsBody} body */
  constructor({ version, seats }) {
    this.version = version;
    /** @type {Map<string, Seat>} */
    this.byId = new Map();
    /** @type {Section[]} */
    this.sections = [];
    /** @type {Map<string, Section>} */
    this.sectionByName = new Map();
    /** @type {Set<string>} */
    this.marked = new Set();
    /** @type {Set<(change: Change) => void>} */
    this.listeners = new Set();
    for (const seat of seats) this.add({ ...seat, x: seat.x / THOUSANDTHS, y: seat.y / THOUSANDTHS });
    const prices = [...new Set(this.sections.map((section) => section.price))].sort((one, other) => other - one);
    for (const section of this.sections) section.tone = prices.indexOf(section.price) % 6;
  }

  /** @param {Seat} seat */
  add(seat) {
    this.byId.set(seat.seatId, seat);
    let section = this.sectionByName.get(seat.section);
    if (!section) {
      const bounds = { left: seat.x, top: seat.y, right: seat.x, bottom: seat.y };
      section = { name: seat.section, price: seat.price, rows: [], total: 0, available: 0, bounds, tone: 0 };
      this.sections.push(section);
      this.sectionByName.set(seat.section, section);
    }
    let row = section.rows.at(-1);
    if (row?.row !== seat.row) {
      row = { row: seat.row, seats: [] };
      section.rows.push(row);
    }
    row.seats.push(seat);
    section.total += 1;
    if (seat.status === 'available') section.available += 1;
    const { bounds } = section;
    bounds.left = Math.min(bounds.left, seat.x);
    bounds.right = Math.max(bounds.right, seat.x);
    bounds.top = Math.min(bounds.top, seat.y);
    bounds.bottom = Math.max(bounds.bottom, seat.y);
  }

  /** @returns {Bounds} all seats and the stage in front of them */
  get bounds() {
    const all = this.sections.map((section) => section.bounds);
    return {
      left: Math.min(...all.map((bounds) => bounds.left)) - 1,
      right: Math.max(...all.map((bounds) => bounds.right)) + 1,
      top: -STAGE_ROWS,
      bottom: Math.max(...all.map((bounds) => bounds.bottom)) + 2,
    };
  }

  get available() {
    return this.sections.reduce((sum, section) => sum + section.available, 0);
  }

  /**
   * Takes in what the server says has changed. A mark on a seat that is gone goes with it.
   *
   * @param {{ version: number, changes: { seatId: string, status: SeatStatus }[] }} news
   */
  apply({ version, changes }) {
    if (version < this.version) return;
    this.version = version;
    /** @type {Seat[]} */
    const seats = [];
    for (const { seatId, status } of changes) {
      const seat = this.byId.get(seatId);
      if (!seat || seat.status === status) continue;
      const section = this.sectionByName.get(seat.section);
      if (section) section.available += Number(status === 'available') - Number(seat.status === 'available');
      seat.status = status;
      seats.push(seat);
    }
    const lost = seats.filter((seat) => seat.status !== 'available' && this.marked.delete(seat.seatId));
    if (seats.length > 0) this.tell({ seats, lost });
  }

  /** @param {import('../api/types.js').SeatsBody} body */
  replace({ version, seats }) {
    this.apply({ version, changes: seats });
  }

  /**
   * Marks a seat, or takes the mark away.
   *
   * @param {string} seatId
   * @returns {boolean} whether anything came of it
   */
  toggle(seatId) {
    const seat = this.byId.get(seatId);
    if (!seat) return false;
    if (!this.marked.delete(seatId)) {
      if (seat.status !== 'available') return false;
      this.marked.add(seatId);
    }
    this.tell({ seats: [seat], lost: [] });
    return true;
  }

  /** @returns {Seat[]} by number */
  get markedSeats() {
    const seats = [...this.marked].map((id) => this.byId.get(id)).filter((seat) => seat !== undefined);
    return seats.sort((one, other) => one.number - other.number);
  }

  /** @param {(change: Change) => void} listener */
  onChange(listener) {
    this.listeners.add(listener);
  }

  /** @param {Change} change */
  tell(change) {
    for (const listener of this.listeners) listener(change);
  }
}
