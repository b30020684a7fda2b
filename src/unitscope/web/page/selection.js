// @ts-check
/** What is pointed at and what is chosen: points, units, sentences, a cell, a class. */

/** @import { About, ClaimScene } from "../pure/scene.d.ts" */
/** @import { Data } from "../pure/data.js" */
/** @import { View } from "../pure/view.js" */
/** @import { Page } from "./page.js" */

/** A unit as [layer, number]. @typedef {[number, number]} UnitPlace */

export class Selection {
  /** @param {Pick<Page, "data" | "changed" | "announcePoint" | "playback">} page */
  constructor(page) {
    this.page = page;
    /** @type {number | null} */ this.hoveredPoint = null;
    /** @type {number | null} */ this.pinnedPoint = null;
    this.closest = 0; // the point whose class is least sure
    /** @type {View | null} */ this.viewOfClosest = null;
    /** @type {UnitPlace | null} */ this.hoveredUnit = null;
    /** @type {UnitPlace | null} */ this.pinnedUnit = null;
    /** @type {ClaimScene | null} */ this.hoveredClaim = null;
    /** True and predicted class. @type {[number, number] | null} */ this.chosenCell = null;
    this.cellsShownOfTest = false; // what the cells count, where there are test points
    /** The input whose weight's field gets the focus. @type {number | null} */
    this.focusWeight = null;
    this.shownClass = -1; // of the main map; -1: all
    this.unitLines = true; // shown
  }

  /** @param {number | null} point */
  hoverPoint(point) {
    if (this.hoveredPoint === point) return;
    this.hoveredPoint = point;
    this.page.changed();
  }

  /** @param {number | null} point */
  choosePoint(point) {
    this.pinnedPoint = point;
    if (point !== null) this.page.announcePoint(point);
    this.page.changed();
  }

  /** Let go of what other data do not have. @param {Data} data */
  keepPointsOf({ labels, classNames }) {
    if (this.pinnedPoint !== null && this.pinnedPoint >= labels.length) this.pinnedPoint = null;
    this.hoveredPoint = null;
    this.chosenCell = null;
    this.shownClass = Math.min(this.shownClass, classNames.length - 1);
  }

  /** Let go of units that a new network does not have. @param {{units: number}[]} layers */
  keepUnitsOf(layers) {
    const there = (/** @type {UnitPlace | null} */ unit) =>
      unit && unit[1] < (layers[unit[0]]?.units ?? 0) ? unit : null;
    [this.hoveredUnit, this.pinnedUnit] = [there(this.hoveredUnit), there(this.pinnedUnit)];
  }

  /** @param {UnitPlace | null} unit */
  hoverUnit(unit) {
    this.hoveredUnit = unit;
    this.page.changed();
  }

  /**
   * Enlarge a unit; null goes back to the decision regions.
   * @param {UnitPlace | null} unit
   * @param {number | null} [weight] the input whose field gets the focus
   */
  chooseUnit(unit, weight = null) {
    const same = unit && isSamePair(this.pinnedUnit, unit) && weight === null;
    this.pinnedUnit = same ? null : unit;
    this.hoveredUnit = null;
    this.focusWeight = weight;
    this.page.changed();
  }

  /** @param {ClaimScene | null} claim */
  hoverClaim(claim) {
    this.hoveredClaim = claim;
    this.page.changed();
  }

  /** @param {[number, number] | null} cell true and predicted class */
  chooseCell(cell) {
    this.chosenCell = cell;
    this.page.changed();
  }

  /** Count the test points, or those trained on, in the cells. @param {boolean} test */
  showCellsOf(test) {
    this.cellsShownOfTest = test;
    this.chosenCell = null;
    this.page.changed();
  }

  /** Whether the cells have the test points. */
  get cellsOfTest() {
    return this.cellsShownOfTest && !!this.page.data.heldOut;
  }

  /** @param {number} k -1 for all */
  showClass(k) {
    this.shownClass = k;
    this.page.changed();
  }

  /** @param {boolean} on */
  showUnitLines(on) {
    this.unitLines = on;
    this.page.changed();
  }

  /** What the sentence pointed at is about. @returns {About[]} */
  get about() {
    return this.hoveredClaim?.about ?? [];
  }

  /** @returns {number[]} */
  claimedPoints() {
    return this.about.flatMap((one) => "point" in one ? [one.point] : []);
  }

  /** @returns {UnitPlace[]} */
  claimedUnits() {
    return this.about.flatMap((one) => "unit" in one ? [one.unit] : []);
  }

  /** @returns {number[]} */
  claimedClasses() {
    return this.about.flatMap((one) => "class" in one ? [one.class] : []);
  }

  /** @returns {number | null} */
  litPoint() {
    const point = this.hoveredPoint ?? this.claimedPoints()[0] ?? this.pinnedPoint;
    return point !== null && point < this.page.data.labels.length ? point : null;
  }

  /** The point pointed at, or that of the closest call. @param {View} view */
  pointShown(view) {
    const lit = this.litPoint();
    if (lit === null && this.viewOfClosest !== view && !this.page.playback.playing) {
      this.viewOfClosest = view;
      this.closest = closestCall(view);
    }
    return lit ?? Math.min(this.closest, this.page.data.labels.length - 1);
  }

  /** @param {View} view @returns {UnitPlace | null} */
  litUnit({ network: { layers } }) {
    const unit = this.hoveredUnit ?? this.claimedUnits()[0] ?? this.pinnedUnit;
    return unit && unit[0] < layers.length && unit[1] < layers[unit[0]].units ? unit : null;
  }

  /**
   * Whether a unit is pointed at, by itself or by a sentence.
   * @param {View} view
   * @param {UnitPlace} place
   */
  isLit(view, place) {
    const last = view.network.layers.length - 1;
    return isSamePair(this.hoveredUnit, place) ||
      this.claimedUnits().some((unit) => isSamePair(unit, place)) ||
      (place[0] === last && this.claimedClasses().includes(place[1]));
  }

  /**
   * The points that stay strong while the others fade, or null for all.
   * @param {ArrayLike<number>} predicted
   * @returns {Set<number> | null}
   */
  chosenPoints(predicted) {
    const { labels, heldOut } = this.page.data,
      classes = this.claimedClasses(),
      cell = this.chosenCell;
    const wanted = cell
      ? (/** @type {number} */ i) =>
        labels[i] === cell[0] && predicted[i] === cell[1] && !!heldOut?.[i] === this.cellsOfTest
      : classes.length && !this.claimedPoints().length
      ? (/** @type {number} */ i) => classes.includes(labels[i])
      : null;
    return wanted && new Set([...labels.keys()].filter(wanted));
  }
}

/** The point whose two most probable classes are nearest. @param {View} view */
function closestCall({ probabilities, classes, predicted }) {
  let closest = 0, least = Infinity;
  predicted.forEach((own, i) => {
    let second = 0;
    for (let k = 0; k < classes; k++) {
      if (k !== own) second = Math.max(second, probabilities[i * classes + k]);
    }
    const gap = probabilities[i * classes + own] - second;
    if (gap < least) [closest, least] = [i, gap];
  });
  return closest;
}

/** @param {[number, number] | null} one @param {[number, number]} other */
export const isSamePair = (one, other) => !!one && one[0] === other[0] && one[1] === other[1];
