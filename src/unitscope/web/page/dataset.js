// @ts-check
/** The data of the page and all that changes them: sets, tables, points, classes, undo. */

import {
  dataFromWire,
  freeName,
  heldOutOf,
  pointName,
  widestAxes,
  withCluster,
  withPoints,
} from "../pure/data.js";
import { axesPlane, movedOn, placesOn, pointOn } from "../pure/plane.js";
import { windowOn } from "../pure/view.js";

/** @import { Data } from "../pure/data.js" */
/** @import { Plane } from "../pure/plane.js" */
/** @import { Window } from "../pure/scene.d.ts" */
/** @import { Page } from "./page.js" */
/** @import { Places } from "../panels/points.js" */
/** @import { State } from "./state.js" */
/** @import { Table } from "./table.js" */

export const OWN_DATA = "own"; // the name of a notebook's data, which no set of the list gave
const UNDO_STEPS = 200;

/** @typedef {"move" | "add" | "erase" | "relabel"} Tool what a click does */
/** @typedef {Pick<Page, "hello" | "state" | "view" | "selection" | "seeds" | "requests">} Parts */
/** @typedef {Pick<Page, "train" | "changed" | "changedSoon" | "announce" | "refused">} Verbs */

export class Dataset {
  /** @param {Parts & Verbs} page @param {Data} data @param {Plane | null} [ofRun] */
  constructor(page, data, ofRun = null) {
    this.page = page;
    this.data = data;
    /** @type {Data[]} */ this.past = [];
    /** @type {Data[]} */ this.future = [];
    /** @type {Tool} */ this.tool = "move";
    this.chosenClass = 0; // of new points
    this.dragging = false;
    this.edited = false; // whether the points are no longer those of the set chosen
    this.untrained = false; // whether the run shown is still that of another set
    this.number = 0; // one more with every set
    /** The set asked for, and not yet here. @type {Partial<State> | null} */ this.wanted = null;
    /** Back to the set before, while none is trained on this. @type {(() => void) | null} */
    this.before = null;
    /** Units before a set that began with its own. @type {number[] | null} */
    this.unitsBefore = null;
    /** The user's own file. @type {Table | null} */
    this.table = null;
    this.ofRun = ofRun; // the plane on which the run's last network shows best
    /** The user's choice. @type {[number, number] | null} */ this.axesShown = null;
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
      : null;
    this.chosenClass = Math.min(this.chosenClass, data.classNames.length - 1);
    this.page.selection.keepPointsOf(data);
    this.page.seeds.keepOf(data);
    if (fit) this.window = this.fittingWindow();
  }

  // The plane shown

  /** Two features to show: the user's, or those of most spread. @returns {[number, number]} */
  get axes() {
    return this.axesShown ?? widestAxes(this.data) ?? [0, Math.min(1, this.data.features - 1)];
  }

  /** What the maps show. @returns {Plane} */
  get plane() {
    if (!this.axesShown && this.ofRun?.features === this.data.features) return this.ofRun;
    return axesPlane(this.data, this.axes);
  }

  /** Where the points are on it. @returns {Places} */
  where() {
    return { rows: placesOn(this.plane, this.data), width: 2, axes: [0, 1] };
  }

  /** Show a run's own plane, but not while a point is dragged. @param {Plane | null} plane */
  takePlane(plane) {
    if (this.dragging || (!plane && !this.ofRun)) return;
    this.ofRun = plane;
    if (!this.axesShown) this.refit();
  }

  refit() {
    this.window = this.fittingWindow();
    this.version++;
  }

  /** The window of the plane shown. @param {number} [room] share of the range on each side */
  fittingWindow(room) {
    return windowOn(this.plane, this.data, room);
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

  /** @param {0 | 1} which @param {number} feature below 0: the run's own plane */
  chooseAxis(which, feature) {
    const other = this.axes[this.axesShown || this.axes[1 - which] !== feature ? 1 - which : which];
    this.axesShown = feature < 0 ? null : which === 0 ? [feature, other] : [other, feature];
    this.refit();
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
    this.markEdited();
    this.page.train();
    this.page.changed();
  }

  /** The points are the user's own from now on; a sample is none any more. */
  markEdited() {
    this.edited = true;
    if (this.data.sampleOf) this.data.edited = true;
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
    this.data.points = movedOn(this.plane, this.data, point, [x, y]);
    this.markEdited();
    this.page.seeds.stale = true;
    this.page.train();
    this.page.changedSoon();
  }

  endDrag() {
    this.dragging = false;
    this.growWindow();
    this.page.train();
  }

  /**
   * The data with one more point of the chosen class; null where there is no room for it.
   * @param {number} x
   * @param {number} y
   */
  grown(x, y) {
    const { data } = this, most = this.page.hello.limits.points;
    if (data.labels.length >= most) {
      this.page.refused(`points must be at most ${most}. Got one more instead.`);
      return null;
    }
    const place = pointOn(this.plane, x, y);
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
    this.markEdited();
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
    this.page.announce(`${pointName(this.data, point)} is now of ${this.data.classNames[label]}`);
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
    this.edit(withCluster(more, this.window, this.where(), (x, y) => pointOn(this.plane, x, y)));
    page.announce(`Class ${name} added`);
  }

  // Sets

  /** What is asked for, or shown. @returns {State} */
  get asked() {
    return { ...this.page.state, ...this.wanted };
  }

  /** @param {Partial<State>} patch */
  changeDataset(patch) {
    const wanted = this.wanted = { ...this.wanted, ...patch };
    const { dataset: name, n, classes, noise, sample } = this.asked;
    this.page.requests.ask("dataset", {
      make: () => ({ name, n, classes, noise, seed: sample }),
      take: (reply) => {
        if (this.wanted === wanted) this.wanted = null;
        this.takeSet(dataFromWire(reply.data), null, wanted);
      },
    });
  }

  /** What the set is called. */
  get name() {
    return this.table?.name ?? this.page.state.dataset;
  }

  /**
   * Show another set, or the points of the user's own file, when it is trained on.
   * @param {Data} data
   * @param {Table | null} [table]
   * @param {Partial<State>} [patch] settings that come with it
   */
  takeSet(data, table = null, patch = {}) {
    const own = this.edited || !!this.table, { state } = this.page;
    const { data: last, table: lastTable, edited, past } = this;
    const settings = { ...state };
    this.before ??= () => {
      Object.assign(state, settings);
      Object.assign(this, { table: lastTable, edited });
      this.takeData(last);
      this.past = past;
    };
    Object.assign(state, patch);
    this.untrained = true;
    this.number++;
    this.edited = false;
    this.table = table;
    this.axesShown = null;
    if (own) this.remember(); // points of the user's own come back with undo
    this.takeData(data, { keep: own });
    this.split();
    this.page.train();
  }

  /** The network of another set is refused: this one stays. */
  takeBack() {
    this.wanted = null;
    if (this.untrained) this.before?.();
    this.untrained = false;
    this.before = null;
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
    const { state } = this.page;
    Object.assign(state, { percTrainData: percent, showTestData: true });
    if (percent === 100) state.earlyStopping = null; // which needs test points
    this.split();
    this.page.seeds.stale = true;
    this.page.train();
  }
}
