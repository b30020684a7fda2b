// @ts-check
/** What the panels show; of a large network, computed in a worker: the newest, one at a time. */

import { parameterCount } from "../pure/network.js";
import { viewOf } from "../pure/view.js";

/** @import { Network } from "../pure/network.js" */
/** @import { Heavy, Shown, View } from "../pure/view.js" */
/** @import { Page } from "./page.js" */

/**
 * What is needed of a Worker.
 * @typedef {object} WorkerLike
 * @property {(message: object) => void} postMessage
 * @property {() => void} terminate
 * @property {((event: MessageEvent) => void) | null} onmessage
 * @property {((event: ErrorEvent) => void) | null} onerror
 */

const PRODUCTS = 2e6; // of one picture, for which a screen frame has room
const PLACES = 1600; // of the maps, about

/** @typedef {{key: string, shown: Shown, heavy?: Heavy}} Job */

export class Views {
  /** @param {Pick<Page, "view" | "dataset" | "playback" | "hidden" | "scales" | "changed">} page */
  constructor(page) {
    this.page = page;
    this.key = ""; // what is shown
    /** Starts the worker; null where there can be none. @type {() => WorkerLike | null} */
    this.start = () => null;
    /** @type {WorkerLike | null | undefined} */ this.worker = undefined;
    /** @type {Job | null} */ this.busy = null;
    /** @type {Job | null} */ this.done = null;
  }

  /** Whether a picture is under way. */
  get pending() {
    return !!(this.busy || this.done);
  }

  /** What is to be shown; null while it is computed. @returns {View | null} */
  now() {
    const { dataset, playback, view, hidden } = this.page, { data, plane } = dataset;
    const { version, epoch, playing: coarse, run } = playback;
    const key = JSON.stringify([version, dataset.version, epoch, hidden, coarse]);
    const same = view && view.plane === plane && view.data === data;
    if (same && this.key === key && view.points === data.points) return view;
    const shown = {
      network: playback.networkShown(),
      data,
      plane,
      points: data.points,
      window: dataset.window,
      layer: Math.min(hidden.layer, Math.max(0, run.layers.length - 2)),
      pair: /** @type {Shown["pair"]} */ ([hidden.across, hidden.up]),
      before: view?.hidden,
      coarse: coarse || dataset.dragging,
    };
    if (!view || !takesLong(shown) || !this.hasWorker()) return this.take({ key, shown });
    return this.asked({ key, shown });
  }

  /** @param {Job} job */
  take({ key, shown, heavy }) {
    this.key = key;
    this.page.scales.clear();
    return viewOf(shown, heavy);
  }

  /**
   * What the worker has done, if it still can be shown, and what it does next.
   * @param {Job} job
   */
  asked(job) {
    const { done } = this;
    this.done = null;
    const ready = done && done.key === job.key && done.shown.points === job.shown.points &&
      done.shown.data === job.shown.data && done.shown.plane === job.shown.plane;
    if (ready) return this.take(done);
    if (!this.busy) {
      this.busy = job;
      this.worker?.postMessage({ shown: portable(job.shown) });
    }
    return done && isAlike(done.shown, job.shown) ? this.take(done) : null; // of a moment ago
  }

  hasWorker() {
    if (this.worker !== undefined) return this.worker !== null;
    this.worker = this.start();
    if (!this.worker) return false;
    this.worker.onmessage = ({ data }) => {
      this.done = this.busy && { ...this.busy, heavy: data.heavy };
      this.busy = null;
      this.page.changed();
    };
    this.worker.onerror = () => { // this thread computes from now on
      this.worker?.terminate();
      Object.assign(this, { worker: null, busy: null, done: null });
      this.page.changed();
    };
    return true;
  }
}

/** @param {Shown} shown */
const takesLong = ({ network, data }) =>
  parameterCount(network.features, network.layers) * (data.labels.length + PLACES) > PRODUCTS;

/** Whether two networks on their data are of one size. @param {Shown} one @param {Shown} other */
const isAlike = (one, other) =>
  one.data.labels === other.data.labels && one.data.classNames === other.data.classNames &&
  sizesOf(one.network) === sizesOf(other.network);

/** @param {Network} network */
const sizesOf = ({ features, layers }) =>
  JSON.stringify([features, layers.map(({ units, activation }) => [units, activation])]);

/** Without the weights of all other epochs. @param {Shown} shown @returns {Shown} */
function portable({ network, ...others }) {
  const layers = network.layers.map((layer) => ({
    ...layer,
    weights: Float64Array.from(layer.weights),
    bias: Float64Array.from(layer.bias),
  }));
  const before = others.before &&
    { layer: others.before.layer, units: others.before.units, axes: others.before.axes };
  return { ...others, before, network: { ...network, layers } };
}
