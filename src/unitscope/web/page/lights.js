// @ts-check
/** What is lit, chosen and enlarged: the part of the page's state that neither trains nor changes data. */

import { scaleTop } from "../pure/colors.js";
import { largestSize } from "../pure/view.js";
import { softmaxRows } from "../pure/network.js";

/** A unit as [layer, number]. @typedef {[number, number]} UnitPlace */

export class Lights {
  constructor() {
    /** @type {number | null} */ this.hoveredPoint = null;
    /** @type {number | null} */ this.pinnedPoint = null;
    /** @type {UnitPlace | null} */ this.hoveredUnit = null;
    /** @type {UnitPlace | null} */ this.pinnedUnit = null;
    /** @type {any} */ this.hoveredClaim = null;
    /** @type {[number, number] | null} */ this.chosenCell = null;
    /** @type {number | null} */ this.focusWeight = null;
    this.shownClass = -1;
    this.marks = { lines: true };
    this.gapTop = 1;
    /** @type {any} */ this.view = null;
    /** @type {any} */ this.data = null;
    /** @type {any} */ this.state = null;
    /** @type {Map<string, number>} */ this.scales = new Map();
  }

  /** Ask for a repaint. */
  changed() {}

  /** Say something to those who hear the page. @param {string} words */
  announce(words) {
    void words;
  }

  /** @param {number | null} point */
  hoverPoint(point) {
    if (this.hoveredPoint === point) return;
    this.hoveredPoint = point;
    this.changed();
  }

  /** @param {number | null} point */
  choosePoint(point) {
    this.pinnedPoint = point;
    if (point !== null && this.view) {
      const { data, view } = this,
        at = this.axes.map((/** @type {number} */ axis) =>
          data.points[point * data.features + axis].toPrecision(3)
        );
      this.announce(
        `Point ${point} of ${data.classNames[data.labels[point]]} at ${at.join(", ")}, predicted ${
          data.classNames[view.predicted[point]]
        }`,
      );
    }
    this.changed();
  }

  /** Let go of units that a new network has not. @param {{units: number}[]} layers */
  keepUnitsOf(layers) {
    const there = (/** @type {UnitPlace | null} */ unit) =>
      unit && unit[1] < (layers[unit[0]]?.units ?? 0) ? unit : null;
    [this.hoveredUnit, this.pinnedUnit] = [there(this.hoveredUnit), there(this.pinnedUnit)];
  }

  /** @param {UnitPlace | null} unit */
  hoverUnit(unit) {
    this.hoveredUnit = unit;
    this.changed();
  }

  /** Enlarge a unit; null goes back to the decision regions. @param {UnitPlace | null} unit @param {number | null} [weight] the input whose field gets the focus */
  chooseUnit(unit, weight = null) {
    const same = unit && this.pinnedUnit && unit[0] === this.pinnedUnit[0] &&
      unit[1] === this.pinnedUnit[1] && weight === null;
    this.pinnedUnit = same ? null : unit;
    this.hoveredUnit = null;
    this.focusWeight = weight;
    this.changed();
  }

  /** @param {any} claim */
  hoverClaim(claim) {
    this.hoveredClaim = claim;
    this.changed();
  }

  /** @param {[number, number] | null} cell true and predicted class */
  chooseCell(cell) {
    this.chosenCell = cell;
    this.changed();
  }

  /** @param {number} k -1 for all */
  showClass(k) {
    this.shownClass = k;
    this.changed();
  }

  /** @param {"lines"} name @param {boolean} on */
  mark(name, on) {
    this.marks[name] = on;
    this.changed();
  }

  /** What the claim pointed at is about, of one kind. @param {string} kind @returns {any[]} */
  claimed(kind) {
    return (this.hoveredClaim?.about ?? []).filter((/** @type {any} */ ref) => kind in ref).map((
      /** @type {any} */ ref,
    ) => ref[kind]);
  }

  /** @returns {number | null} */
  litPoint() {
    const point = this.hoveredPoint ?? this.claimed("point")[0] ?? this.pinnedPoint;
    return point !== null && point < this.data.labels.length ? point : null;
  }

  /** @returns {UnitPlace | null} */
  litUnit() {
    const unit = this.hoveredUnit ?? this.claimed("unit")[0] ?? this.pinnedUnit,
      layers = this.view.network.layers;
    return unit && unit[0] < layers.length && unit[1] < layers[unit[0]].units ? unit : null;
  }

  /** Whether a unit is pointed at, by itself or by a sentence. @param {"unit"} kind @param {UnitPlace} place */
  isLit(kind, place) {
    const last = this.view.network.layers.length - 1;
    const same = (/** @type {any} */ other) =>
      other && other[0] === place[0] && other[1] === place[1];
    return same(this.hoveredUnit) || this.claimed(kind).some(same) ||
      (place[0] === last && this.claimed("class").includes(place[1]));
  }

  /** The points that stay strong while the others fade, or null for all. @returns {Set<number> | null} */
  chosenPoints() {
    const { labels } = this.data, classes = this.claimed("class");
    const wanted = this.chosenCell
      ? (/** @type {number} */ i) =>
        labels[i] === this.chosenCell?.[0] && this.view.predicted[i] === this.chosenCell?.[1]
      : classes.length && !this.claimed("point").length
      ? (/** @type {number} */ i) => classes.includes(labels[i])
      : null;
    return wanted && new Set([...labels.keys()].filter(wanted));
  }

  /** The value that full colour stands for: one for all hidden units and one for all outputs, or each unit's own.
   * @param {any} view @param {number} layer @param {number} j @returns {number} */
  scaleOf(view, layer, j) {
    const own = this.state.scale === "unit", last = view.network.layers.length - 1;
    const key = own ? `${layer},${j}` : layer === last ? "logits" : "units";
    if (!this.scales.has(key)) {
      const layers = own || layer === last
        ? [layer]
        : [...view.network.layers.keys()].slice(0, last);
      const sizes = layers.map((l) => {
        const values = l === last ? view.maps.passes[l].z : view.maps.passes[l].a,
          units = view.network.layers[l].units;
        return own ? largestSize(values, j, units) : largestSize(values, 0, 1);
      });
      this.scales.set(key, scaleTop(Math.max(...sizes)));
    }
    return this.scales.get(key) ?? 1;
  }

  scaleWords() {
    return this.state.scale === "unit" ? "a scale of its own" : "one scale for all such units";
  }

  /** Probabilities over the main map's grid. @param {any} view @returns {ArrayLike<number>} */
  probabilityMap(view) {
    view.probabilityGrid ??= softmaxRows(view.maps.logits, view.maps.side ** 2, view.classes);
    return view.probabilityGrid;
  }

  /** @param {number} layer @param {number} j @returns {string} */
  unitName(layer, j) {
    return layer === this.view.network.layers.length - 1
      ? `Output ${this.data.classNames[j]}`
      : `Layer ${layer + 1} Unit ${j}`;
  }

  /** @returns {[string, string]} */
  axisNames() {
    return /** @type {any} */ (this.axes.map((/** @type {number} */ axis) =>
      this.data.featureNames[axis]
    ));
  }

  /** The two features shown. @returns {[number, number]} */
  get axes() {
    return this.axesShown ?? [0, Math.min(1, this.data.features - 1)];
  }

  /** @type {[number, number] | null} */
  axesShown = null;
}
