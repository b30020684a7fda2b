// @ts-check
/** The data of the page and all that changes them: sets, tables, points, classes, undo. */

import { encodeBytes } from "../pure/codec.js";
import {
  dataFromWire,
  freeName,
  heldOutOf,
  widestAxes,
  withCluster,
  withPoints,
} from "../pure/data.js";
import { windowAround } from "../pure/view.js";

/** @import { Data } from "../pure/data.js" */
/** @import { DataLoaded, Window } from "../pure/scene.d.ts" */
/** @import { Page } from "./page.js" */
/** @import { Fields } from "./requests.js" */
/** @import { State } from "./state.js" */

export const OWN_DATA = "own"; // the name of a notebook's data, which no set of the list gave
const UNDO_STEPS = 200;
const TABLE_SHARE = 0.7; // of a message: a file becomes a third longer in it

/** @typedef {"move" | "add" | "erase" | "relabel"} Tool what a click does */
/** @typedef {{name: string, content: string, columns: string[], target: string}} Table */
/** @typedef {Pick<Page, "hello" | "state" | "view" | "selection" | "seeds" | "requests">} Parts */
/** @typedef {Pick<Page, "train" | "changed" | "changedSoon" | "announce" | "refused">} Verbs */

export class Dataset {
  /** @param {Parts & Verbs} page @param {Data} data */
  constructor(page, data) {
    this.page = page;
    this.data = data;
    /** @type {Data[]} */ this.past = [];
    /** @type {Data[]} */ this.future = [];
    /** @type {Tool} */ this.tool = "move";
    this.chosenClass = 0; // of new points
    this.dragging = false;
    this.edited = false; // whether the points are no longer those of the set chosen
    /** The user's own file. @type {Table | null} */
    this.table = null;
    /** @type {[number, number] | null} */ this.axesShown = widestAxes(data);
    /** @type {Window} */ this.window = this.fittingWindow();
    this.version = 0; // one more whenever the plane shown is another, but for the data
  }

  /**
   * Show other data from now on.
   * @param {Data} data
   * @param {{fit?: boolean, keep?: boolean}} [how] fit the window; keep the undo history
   */
  takeData(data, { fit = true, keep = false } = {}) {
    this.data = data;
    if (!keep) this.past = this.future = [];
    this.axesShown = this.axesShown && Math.max(...this.axesShown) < data.features
      ? this.axesShown
      : widestAxes(data);
    this.chosenClass = Math.min(this.chosenClass, data.classNames.length - 1);
    this.page.selection.keepPointsOf(data);
    this.page.seeds.keepOf(data);
    if (fit) this.window = this.fittingWindow();
  }

  // The plane shown

  /** The two features shown. @returns {[number, number]} */
  get axes() {
    return this.axesShown ?? [0, Math.min(1, this.data.features - 1)];
  }

  /** @returns {[string, string]} */
  axisNames() {
    const [across, up] = this.axes, names = this.data.featureNames;
    return [names[across], names[up]];
  }

  /** The window of the features shown. @param {number} [room] share of the range on each side */
  fittingWindow(room) {
    return windowAround(this.data.points, this.data.features, this.axes, room);
  }

  /** Fit the window where a point is at its edge or beyond. */
  growWindow() {
    const fitting = this.fittingWindow(0.02), [across, up] = this.window;
    const out = fitting.some(([low, high], k) =>
      low < this.window[k][0] || high > this.window[k][1]
    );
    if (!out) return;
    const [wide, tall] = this.fittingWindow();
    this.window = [
      [Math.min(across[0], wide[0]), Math.max(across[1], wide[1])],
      [Math.min(up[0], tall[0]), Math.max(up[1], tall[1])],
    ];
    this.version++;
  }

  /** The window that areas and distances are said of; of more than two features, none are. */
  windowToWire() {
    return this.data.features === 2 ? this.window : null;
  }

  /** @param {0 | 1} which @param {number} feature */
  chooseAxis(which, feature) {
    const [across, up] = this.axes;
    this.axesShown = which === 0 ? [feature, up] : [across, feature];
    this.window = this.fittingWindow();
    this.version++;
    this.page.changed();
  }

  // Edits and undo

  /**
   * Take an edited version: it can be undone, and the network is trained again.
   * @param {Data} data
   */
  edit(data) {
    this.remember();
    this.takeData(data, { fit: false, keep: true });
    this.growWindow();
    this.edited = true;
    this.page.train();
    this.page.changed();
  }

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
    this.edited = true;
    this.page.announce(words);
    this.page.train();
    this.page.changed();
  }

  /** Keep the data as they are now, for undo. */
  remember() {
    this.past = [...this.past, { ...this.data }].slice(-UNDO_STEPS); // a drag changes `data`
    this.future = [];
  }

  // Points

  beginDrag() {
    this.remember();
    this.dragging = true;
  }

  /** @param {number} point @param {number} x @param {number} y */
  dragPoint(point, x, y) {
    const { data } = this, [i, j] = this.axes;
    data.points = data.points.slice();
    data.points[point * data.features + i] = x;
    data.points[point * data.features + j] = y;
    this.edited = true;
    this.page.seeds.stale = true;
    this.page.train();
    this.page.changedSoon();
  }

  endDrag() {
    this.dragging = false;
    this.growWindow();
    this.page.train();
  }

  /** The values of all features at the plane shown. */
  middle() {
    return [...(this.page.view?.at ?? new Array(this.data.features).fill(0))];
  }

  /**
   * The data with one more point of the chosen class; null where there is no room for it.
   * @param {number} x
   * @param {number} y
   */
  grown(x, y) {
    const { data } = this, [i, j] = this.axes, most = this.page.hello.limits.points;
    if (data.labels.length >= most) {
      this.page.refused(`points must be at most ${most}. Got one more instead.`);
      return null;
    }
    const place = this.middle();
    place[i] = x;
    place[j] = y;
    return withPoints(data, [...data.labels.keys()], { x: place, label: this.chosenClass });
  }

  /** @param {number} x @param {number} y */
  addPoint(x, y) {
    const grown = this.grown(x, y);
    if (!grown) return;
    this.edit(grown);
    this.page.selection.choosePoint(grown.labels.length - 1);
  }

  /**
   * Add a point as part of a stroke, which `endDrag` ends: one step of undo for all of it.
   * @param {number} x
   * @param {number} y
   */
  strokePoint(x, y) {
    const grown = this.grown(x, y);
    if (!grown) return;
    if (!this.dragging) this.beginDrag();
    this.takeData(grown, { fit: false, keep: true });
    this.edited = true;
    this.page.train();
    this.page.changed();
  }

  /** @param {number} point */
  erasePoint(point) {
    if (!this.keepOnly([...this.data.labels.keys()].filter((i) => i !== point))) return;
    this.page.selection.choosePoint(null);
    this.page.announce("Point erased");
  }

  /**
   * Erase all points but those of `rows`; false where too few would be left.
   * @param {number[]} rows
   * @param {string[]} [classNames]
   */
  keepOnly(rows, classNames = this.data.classNames) {
    const { data } = this;
    if (rows.length < 2 || (data.heldOut && rows.every((i) => data.heldOut?.[i]))) {
      this.page.refused("points must be at least 2, one of them for training. Got fewer instead.");
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
    this.page.announce(`Point ${point} is now of ${this.data.classNames[label]}`);
  }

  /** @param {Tool} tool */
  chooseTool(tool) {
    this.tool = tool;
    this.page.changed();
  }

  /** The class of new points; choosing it makes clicks add them. @param {number} k */
  chooseClass(k) {
    this.chosenClass = k;
    if (this.tool === "move" || this.tool === "erase") this.tool = "add";
    this.page.changed();
  }

  /**
   * One class more, with a few points where there is room; or the last one less.
   * @param {number} by
   */
  changeClasses(by) {
    const { data, page } = this;
    const classes = data.classNames.length + by, most = page.hello.limits.classes;
    if (classes < 2 || classes > most) {
      return page.refused(`classes must be 2 to ${most}. Got ${classes} instead.`);
    }
    if (by < 0) {
      return void this.keepOnly(
        [...data.labels.keys()].filter((i) => data.labels[i] < classes),
        data.classNames.slice(0, classes),
      );
    }
    const name = freeName(data.classNames),
      more = { ...data, classNames: [...data.classNames, name] };
    this.chosenClass = classes - 1;
    this.edit(withCluster(more, this.window, this.axes, this.middle()));
    page.announce(`Class ${name} added`);
  }

  // Sets and tables

  /** @param {string} name */
  chooseDataset(name) {
    if (name === "table" || name === OWN_DATA) return;
    const { state, hello } = this.page, set = hello.datasets.find((known) => known.name === name);
    this.changeDataset({
      dataset: name,
      n: set?.n ?? state.n,
      classes: set?.classes ?? state.classes,
      noise: set?.noise ?? state.noise,
    });
  }

  /** @param {Partial<State>} patch */
  changeDataset(patch) {
    const { state } = this.page;
    Object.assign(state, patch);
    const { dataset: name, n, classes, noise } = state;
    this.askData("dataset", { name, n, classes, noise, seed: 0 });
  }

  /**
   * @template {"dataset" | "table"} K
   * @param {K} kind
   * @param {Fields<K>} fields
   * @param {(reply: DataLoaded) => void} [taken]
   */
  askData(kind, fields, taken) {
    this.page.requests.ask(kind, {
      make: () => fields,
      take: (reply) => {
        const own = this.edited || !!this.table;
        this.edited = false;
        this.table = null;
        taken?.(reply);
        this.axesShown = null;
        if (own) this.remember(); // points of the user's own come back with undo
        this.takeData(dataFromWire(reply.data), { keep: own });
        this.split();
        this.page.train();
      },
    });
  }

  /** Hold out the share of test points that the state asks for. */
  split() {
    const share = 1 - this.page.state.percTrainData / 100;
    this.data = { ...this.data, heldOut: heldOutOf(this.data.labels.length, share, 1) };
  }

  /**
   * @param {number} percent of the points that are trained on; the others are shown as test points
   */
  changeSplit(percent) {
    Object.assign(this.page.state, { percTrainData: percent, showTestData: true });
    this.split();
    this.page.seeds.stale = true;
    this.page.train();
  }

  /** @param {HTMLInputElement} input */
  async loadTable(input) {
    const file = input.files?.[0];
    input.value = "";
    if (!file) return;
    const most = this.page.hello.limits.message * TABLE_SHARE;
    if (file.size > most) {
      const room = Math.floor(most / 1e6 * 10) / 10, size = (file.size / 1e6).toFixed(1);
      return this.page.refused(`A file must be at most ${room} MB. Got ${size} MB instead.`);
    }
    this.askTable(file.name, encodeBytes(new Uint8Array(await file.arrayBuffer())), null);
  }

  /** @param {string} name @param {string} content base64 @param {string | null} target */
  askTable(name, content, target) {
    const { standardize } = this.page.state;
    this.askData("table", { name, content, target, standardize }, (reply) => {
      this.table = { name, content, columns: reply.columns ?? [], target: reply.target ?? "" };
      this.page.announce(`${name} loaded`);
    });
  }

  /** @param {string} target */
  chooseTarget(target) {
    if (this.table) this.askTable(this.table.name, this.table.content, target);
  }

  /** @param {boolean} on */
  chooseStandardize(on) {
    this.page.state.standardize = on;
    if (this.table) this.askTable(this.table.name, this.table.content, this.table.target);
  }
}
