// @ts-check
/** The data of the page and all that changes them: sets, tables, points, classes, undo. */

import { decodeBytes, decodeFloats, encodeBytes, encodeFloats } from "../pure/codec.js";
import { Lights } from "./lights.js";

const UNDO_STEPS = 200;

/**
 * @typedef {{features: number, points: Float64Array, labels: Uint8Array, classNames: string[], featureNames: string[], heldOut: Uint8Array | null}} Data
 */

/** @param {import("../pure/scene.d.ts").DataScene} wire @returns {Data} */
export function dataFromWire(wire) {
  return {
    features: wire.features,
    points: Float64Array.from(decodeFloats(wire.points)),
    labels: decodeBytes(wire.labels),
    classNames: wire.class_names,
    featureNames: wire.feature_names,
    heldOut: wire.held_out ? decodeBytes(wire.held_out) : null,
  };
}

/** @param {Data} data @returns {import("../pure/scene.d.ts").DataScene} */
export function dataToWire(data) {
  return {
    features: data.features,
    points: encodeFloats(data.points),
    labels: encodeBytes(data.labels),
    class_names: data.classNames,
    feature_names: data.featureNames,
    held_out: data.heldOut && encodeBytes(data.heldOut),
  };
}

/**
 * Which points are held out as test points: a share of them, the same for the same seed.
 * @param {number} n @param {number} share 0..1 @param {number} seed
 * @returns {Uint8Array | null}
 */
export function heldOutOf(n, share, seed) {
  const count = Math.min(n - 1, Math.round(n * share));
  if (count < 1) return null;
  const order = Array.from({ length: n }, (_, i) => i), mask = new Uint8Array(n);
  let state = (seed * 2654435761 + 12345) >>> 0;
  for (let i = n - 1; i > 0; i--) {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 0x9e3779b9) >>> 0;
    const j = state % (i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  for (const i of order.slice(0, count)) mask[i] = 1;
  return mask;
}

/** Data with points put in, moved or taken out; the data given stays as it is.
 * @param {Data} data @param {number[]} rows the numbers of the points kept @param {{x: ArrayLike<number>, label: number}} [added] @returns {Data} */
function withPoints(data, rows, added) {
  const d = data.features, n = rows.length + (added ? 1 : 0);
  const points = new Float64Array(n * d),
    labels = new Uint8Array(n),
    held = data.heldOut && new Uint8Array(n);
  rows.forEach((row, i) => {
    points.set(data.points.subarray(row * d, (row + 1) * d), i * d);
    labels[i] = data.labels[row];
    if (held && data.heldOut) held[i] = data.heldOut[row];
  });
  if (added) {
    points.set(added.x, rows.length * d);
    labels[rows.length] = added.label;
  }
  return { ...data, points, labels, heldOut: held };
}

export class Editor extends Lights {
  constructor() {
    super();
    this.tool = "move";
    this.chosenClass = 0;
    /** @type {Data[]} */ this.past = [];
    /** @type {Data[]} */ this.future = [];
    this.dragging = false;
    /** @type {{name: string, content: string, columns: string[], target: string} | null} */ this
      .table = null;
  }

  /** Show other data from now on. @param {Data} data @param {{fit?: boolean, keep?: boolean}} [how] fit the window; keep the undo history */
  takeData(data, { fit = true, keep = false } = {}) {
    this.data = data;
    if (!keep) this.past = this.future = [];
    this.axesShown = this.axesShown && Math.max(...this.axesShown) < data.features
      ? this.axesShown
      : widestAxes(data);
    if (this.pinnedPoint !== null && this.pinnedPoint >= data.labels.length) {
      this.pinnedPoint = null;
    }
    this.hoveredPoint = null;
    this.chosenCell = null;
    this.chosenClass = Math.min(this.chosenClass, data.classNames.length - 1);
    this.shownClass = Math.min(this.shownClass, data.classNames.length - 1);
    if (fit) this.fitWindow();
    this.seedsStale = true;
    if (
      this.seeds &&
      (this.seeds.features !== data.features || this.seeds.classes !== data.classNames.length)
    ) this.seeds = null;
  }

  /** @type {any} */ seeds = null;
  seedsStale = false;

  fitWindow() {}
  /** Fit the window where a point is at its edge or beyond. */
  growWindow() {}
  train() {}
  /** @param {string} message */
  refused(message) {
    void message;
  }

  /** Take an edited version: it can be undone, and the network is trained again. @param {Data} data */
  edit(data) {
    this.remember();
    this.takeData(data, { fit: false, keep: true });
    this.growWindow();
    this.edits = true;
    this.train();
    this.changed();
  }

  /** Whether the points are no longer those of the set chosen. */
  edits = false;

  canUndo() {
    return this.past.length > 0;
  }
  canRedo() {
    return this.future.length > 0;
  }
  undo() {
    this.travel("past", "future", "Undone");
  }
  redo() {
    this.travel("future", "past", "Done again");
  }

  /** @param {"past" | "future"} from @param {"past" | "future"} to @param {string} words */
  travel(from, to, words) {
    const data = this[from].at(-1);
    if (!data) return;
    this[to] = [...this[to], this.data];
    this[from] = this[from].slice(0, -1);
    this.takeData(data, { keep: true });
    this.edits = true;
    this.announce(words);
    this.train();
    this.changed();
  }

  // Points

  beginDrag() {
    this.remember();
    this.dragging = true;
  }

  /** Keep the data as they are now, for undo. */
  remember() {
    this.past = [...this.past, { ...this.data }].slice(-UNDO_STEPS); // a drag puts other points into `data`
    this.future = [];
  }

  /** @param {number} point @param {number} x @param {number} y */
  dragPoint(point, x, y) {
    const { data } = this, [i, j] = this.axes;
    data.points = data.points.slice();
    data.points[point * data.features + i] = x;
    data.points[point * data.features + j] = y;
    this.edits = true;
    this.seedsStale = true;
    this.train();
    this.changedSoon();
  }

  /** Ask for a repaint, unless one with the network of these points is there first. */
  changedSoon() {
    this.changed();
  }

  endDrag() {
    this.dragging = false;
    this.growWindow();
    this.train();
  }

  /** The data with one more point of the chosen class; null where there is no room for it. @param {number} x @param {number} y */
  grown(x, y) {
    const { data } = this, [i, j] = this.axes, most = this.hello.limits.points;
    if (data.labels.length >= most) {
      this.refused(`points must be at most ${most}. Got one more instead.`);
      return null;
    }
    const place = [...(this.view?.at ?? new Array(data.features).fill(0))];
    place[i] = x;
    place[j] = y;
    return withPoints(data, [...data.labels.keys()], { x: place, label: this.chosenClass });
  }

  /** @param {number} x @param {number} y */
  addPoint(x, y) {
    const grown = this.grown(x, y);
    if (!grown) return;
    this.edit(grown);
    this.choosePoint(grown.labels.length - 1);
  }

  /** Add a point as part of a stroke, which `endDrag` ends: one step of undo for all of it. @param {number} x @param {number} y */
  strokePoint(x, y) {
    const grown = this.grown(x, y);
    if (!grown) return;
    if (!this.dragging) this.beginDrag();
    this.takeData(grown, { fit: false, keep: true });
    this.edits = true;
    this.train();
    this.changed();
  }

  /** @type {any} */ hello;

  /** @param {number} point */
  erasePoint(point) {
    if (!this.keepOnly([...this.data.labels.keys()].filter((i) => i !== point))) return;
    this.choosePoint(null);
    this.announce("Point erased");
  }

  /** Erase all points but those of `rows`; false where too few would be left. @param {number[]} rows @param {string[]} [classNames] */
  keepOnly(rows, classNames = this.data.classNames) {
    const { data } = this;
    if (rows.length < 2 || (data.heldOut && rows.every((i) => data.heldOut?.[i]))) {
      this.refused("points must be at least 2, one of them for training. Got fewer instead.");
      return false;
    }
    this.edit({ ...withPoints(data, rows), classNames });
    return true;
  }

  /** @param {number} point @param {number} label */
  relabelPoint(point, label) {
    const labels = this.data.labels.slice();
    labels[point] = label;
    this.edit({ ...this.data, labels });
    this.announce(`Point ${point} is now of ${this.data.classNames[label]}`);
  }

  /** @param {string} tool */
  chooseTool(tool) {
    this.tool = tool;
    this.changed();
  }

  /** The class of new points; choosing it makes clicks add them. @param {number} k */
  chooseClass(k) {
    this.chosenClass = k;
    if (this.tool === "move" || this.tool === "erase") this.tool = "add";
    this.changed();
  }

  /** One class more, with a few points of its own where there is room; or the last one less. @param {number} by */
  changeClasses(by) {
    const { data } = this, classes = data.classNames.length + by, most = this.hello.limits.classes;
    if (classes < 2 || classes > most) {
      return this.refused(`classes must be 2 to ${most}. Got ${classes} instead.`);
    }
    if (by < 0) {
      return void this.keepOnly(
        [...data.labels.keys()].filter((i) => data.labels[i] < classes),
        data.classNames.slice(0, classes),
      );
    }
    const name = freeName(data.classNames),
      grown = newCluster(this, { ...data, classNames: [...data.classNames, name] });
    this.chosenClass = classes - 1;
    this.edit(grown);
    this.announce(`Class ${name} added`);
  }

  /** @type {any} */ window;

  // Sets and tables

  /** @param {string} name */
  chooseDataset(name) {
    if (name === "table" || name === "own") return;
    const set = this.hello.datasets.find((/** @type {any} */ known) => known.name === name);
    this.changeDataset({
      dataset: name,
      n: set.n ?? this.state.n,
      classes: set.classes ?? this.state.classes,
      noise: set.noise ?? this.state.noise,
    });
  }

  /** @param {any} patch */
  changeDataset(patch) {
    Object.assign(this.state, patch);
    this.askData("dataset", {
      name: this.state.dataset,
      n: this.state.n,
      classes: this.state.classes,
      noise: this.state.noise,
      seed: 0,
    });
  }

  /** @param {string} kind @param {any} fields @param {(reply: any) => void} [taken] */
  askData(kind, fields, taken) {
    this.line(kind, () => fields, (reply) => {
      const { edits, table } = this;
      this.edits = false;
      this.table = null;
      if (taken) taken(reply);
      this.axesShown = null;
      if (edits || table) this.remember(); // points of the user's own come back with undo
      this.takeData(dataFromWire(reply.data), { keep: edits || !!table });
      this.split();
      this.train();
    });
  }

  /** @param {string} _kind @param {() => any} _make @param {(reply: any) => void} _take */
  line(_kind, _make, _take) {}

  /** Hold out the share of test points that the state asks for. */
  split() {
    const share = 1 - this.state.percTrainData / 100;
    this.data = { ...this.data, heldOut: heldOutOf(this.data.labels.length, share, 1) };
  }

  /** @param {number} percent of the points that are trained on; the others are shown as test points */
  changeSplit(percent) {
    Object.assign(this.state, { percTrainData: percent, showTestData: true });
    this.split();
    this.seedsStale = true;
    this.train();
  }

  /** @param {HTMLInputElement} input */
  async loadTable(input) {
    const file = input.files?.[0];
    input.value = "";
    if (!file) return;
    const most = this.hello.limits.message * 0.7;
    if (file.size > most) {
      return this.refused(
        `A file must be at most ${Math.floor(most / 1e6 * 10) / 10} MB. Got ${
          (file.size / 1e6).toFixed(1)
        } MB instead.`,
      );
    }
    this.askTable(file.name, encodeBytes(new Uint8Array(await file.arrayBuffer())), null);
  }

  /** @param {string} name @param {string} content base64 @param {string | null} target */
  askTable(name, content, target) {
    this.askData(
      "table",
      { name, content, target, standardize: this.state.standardize },
      (reply) => {
        this.table = { name, content, columns: reply.columns, target: reply.target };
        this.announce(`${name} loaded`);
      },
    );
  }

  /** @param {string} target */
  chooseTarget(target) {
    if (this.table) this.askTable(this.table.name, this.table.content, target);
  }

  /** @param {boolean} on */
  chooseStandardize(on) {
    this.state.standardize = on;
    if (this.table) this.askTable(this.table.name, this.table.content, this.table.target);
  }
}

/** The two features of most spread, in their order, where there are more than two. @param {Data} data @returns {[number, number] | null} */
function widestAxes({ features, points }) {
  if (features < 3) return null;
  const n = points.length / features,
    spread = Array.from({ length: features }, (_, j) => {
      let sum = 0, squares = 0;
      for (let at = j; at < points.length; at += features) {
        sum += points[at];
        squares += points[at] * points[at];
      }
      return squares / n - (sum / n) ** 2;
    });
  const [a, b] = [...spread.keys()].sort((i, j) => spread[j] - spread[i]);
  return [Math.min(a, b), Math.max(a, b)];
}

/** @param {string[]} names */
function freeName(names) {
  let k = names.length;
  while (names.includes(`c${k}`)) k++;
  return `c${k}`;
}

/** Twelve points of the last class around the emptiest place of the window. @param {any} page @param {Data} data @returns {Data} */
function newCluster(page, data) {
  const [[x0, x1], [y0, y1]] = page.window,
    [i, j] = page.axes,
    d = data.features,
    label = data.classNames.length - 1;
  let best = [x0, y0], widest = -1;
  for (let a = 1; a < 10; a++) {
    for (let b = 1; b < 10; b++) {
      const x = x0 + a / 10 * (x1 - x0), y = y0 + b / 10 * (y1 - y0);
      let near = Infinity;
      for (let k = 0; k < data.labels.length; k++) {
        near = Math.min(
          near,
          Math.hypot(
            (data.points[k * d + i] - x) / (x1 - x0),
            (data.points[k * d + j] - y) / (y1 - y0),
          ),
        );
      }
      const room = Math.min(near, a / 10, 1 - a / 10, b / 10, 1 - b / 10);
      if (room > widest) [widest, best] = [room, [x, y]];
    }
  }
  let grown = data;
  for (let k = 0; k < 12; k++) {
    const place = [...(page.view?.at ?? new Array(d).fill(0))],
      radius = 0.035 * Math.sqrt((k + 0.5) / 12),
      turn = k * 2.399963;
    place[i] = best[0] + radius * Math.cos(turn) * (x1 - x0);
    place[j] = best[1] + radius * Math.sin(turn) * (y1 - y0);
    grown = withPoints(grown, [...grown.labels.keys()], { x: place, label });
  }
  return grown;
}
