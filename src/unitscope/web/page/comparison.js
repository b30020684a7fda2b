// @ts-check
/** A network that is kept, so that others can be seen beside it: where both give other classes. */

import { counted } from "../pure/data.js";
import { decodeFloats } from "../pure/codec.js";
import { decisionGeometry } from "../pure/geometry.js";
import { classesOf, forwardPass, networkFrom } from "../pure/network.js";
import { differences } from "../pure/overlay.js";
import { networkOn } from "../pure/plane.js";
import { mapsOf } from "../pure/view.js";

/** @import { FirstScene } from "../pure/scene.d.ts" */
/** @import { Geometry } from "../pure/geometry.js" */
/** @import { Network } from "../pure/network.js" */
/** @import { Piece } from "../pure/overlay.js" */
/** @import { Plane } from "../pure/plane.js" */
/** @import { Window } from "../pure/scene.d.ts" */
/** @import { View } from "../pure/view.js" */
/** @import { Page } from "./page.js" */

/** @typedef {{network: Network, name: string}} Kept */
/**
 * Two networks on one window and the same points.
 * @typedef {object} Differences
 * @property {Piece[]} pieces where they give different classes; the
 *   label is the kept one's
 * @property {number} share of the window
 * @property {boolean} exact
 * @property {number[]} points to which they give different classes
 * @property {number[]} boundary the kept one's
 */

export class Comparison {
  /** @param {Pick<Page, "playback" | "elsewhere" | "changed" | "announce">} page
   * @param {FirstScene} [first] */
  constructor(page, first) {
    this.page = page;
    /** What a comparison opens with: the first of its two, and what both are called.
     * @type {Kept & {shown: string, run: unknown} | null} */
    this.given = null;
    if (first?.beside) {
      const { network: { features, layers, weights }, name, shown } = first.beside,
        network = networkFrom(features, layers, decodeFloats(weights));
      this.given = { network, name, shown, run: page.playback.run };
    }
    /** @type {Kept | null} */ this.kept = this.given;
    /** @type {{plane: Plane, window: Window, kept: Kept, geometry: Geometry} | null} */
    this.cut = null;
    /** @type {{view: View, found: Differences} | null} */ this.known = null;
  }

  /** Keep the network shown, beside a comparison's second its first; or let go of the one kept. */
  toggle() {
    const one = this.second === null
      ? { network: this.copy(), name: this.nameShown() }
      : this.given;
    this.keep(this.kept ? null : one);
  }

  /** What a comparison calls its second network, while that is shown; null of any other. */
  get second() {
    if (!this.given) return null;
    const { run, epoch, edited } = this.page.playback;
    return this.given.run === run && epoch === run.loss.length && !edited ? this.given.shown : null;
  }

  /** @param {Kept | null} kept */
  keep(kept) {
    this.kept = kept;
    this.known = this.cut = null;
    this.page.announce(kept ? `Kept to compare: ${kept.name}` : "Comparing ended");
    this.page.changed();
  }

  /** The network shown, with numbers of its own: a run's go with the run. */
  copy() {
    const { run } = this.page.playback;
    return networkFrom(run.features, run.layers, this.page.playback.weightsShown().slice());
  }

  /** What the network shown is called. */
  nameShown() {
    const { playback, elsewhere } = this.page, { run, epoch, edited } = playback;
    const units = run.layers.slice(0, -1).map((layer) => layer.units).join(" + ") || "no hidden";
    const which = elsewhere.stays ? "the model" : `epoch ${counted(epoch)} of ${units} units`;
    return edited ? `${which}, weights changed by hand` : which;
  }

  /** Where the kept network and the one shown differ; null where it cannot be said.
   * @param {View} view @returns {Differences | null} */
  of(view) {
    const { kept } = this;
    if (!kept || !fits(kept.network, view)) return null;
    if (this.known?.view === view) return this.known.found;
    const geometry = this.geometryOf(kept, view), n = view.data.labels.length;
    const pieces = differences(geometry.cells, view.geometry.cells, view.window[0]);
    const passes = forwardPass(kept.network, view.points, n);
    const given = classesOf(passes[passes.length - 1].z, n, view.classes);
    const [[x0, x1], [y0, y1]] = view.window;
    const found = {
      pieces,
      share: pieces.reduce((sum, { area }) => sum + area, 0) / ((x1 - x0) * (y1 - y0)),
      exact: geometry.exact && view.geometry.exact,
      points: [...given.keys()].filter((i) => given[i] !== view.predicted[i]),
      boundary: geometry.boundary,
    };
    this.known = { view, found };
    return found;
  }

  /** @param {Kept} kept @param {View} view */
  geometryOf(kept, { plane, window }) {
    if (this.cut?.plane !== plane || this.cut.window !== window || this.cut.kept !== kept) {
      const seen = networkOn(kept.network, plane);
      const geometry = decisionGeometry(seen, window, mapsOf(seen, window));
      this.cut = { plane, window, kept, geometry };
    }
    return this.cut.geometry;
  }
}

/** Whether a network takes what the view shows. @param {Network} network @param {View} view */
const fits = (network, view) =>
  network.features === view.network.features &&
  network.layers[network.layers.length - 1].units === view.classes;
