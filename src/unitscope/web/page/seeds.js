// @ts-check
/** The same network trained from many seeds, for the strip of small maps. */

import { decodeFloats } from "../pure/codec.js";
import { dataToWire } from "../pure/data.js";

/** @import { Data } from "../pure/data.js" */
/** @import { LayerScene } from "../pure/scene.d.ts" */
/** @import { Page } from "./page.js" */

const SEEDS = 64; // of the strip

/** @typedef {"data" | "run" | "state" | "recipe" | "patience" | "requests" | "changed"} Used */
/** @typedef {Pick<Page, Used>} Trained */

/**
 * A row of weights, a loss and an accuracy for each seed from `first` on.
 * @typedef {object} SeedsShown
 * @property {number} first
 * @property {LayerScene[]} layers
 * @property {number} features
 * @property {number} classes
 * @property {Float32Array} weights
 * @property {Float32Array} loss
 * @property {Float32Array} accuracy
 */

export class Seeds {
  /** @param {Trained} page */
  constructor(page) {
    this.page = page;
    /** @type {SeedsShown | null} */ this.shown = null;
    this.stale = false; // trained with other settings or on other data
    this.busy = false;
  }

  /** What training them takes: seeds x points x epochs x parameters. */
  work() {
    const { data, state, run } = this.page;
    return SEEDS * data.labels.length * state.epochs * run.parameters;
  }

  /** Other data are shown: maps of another shape go. @param {Data} data */
  keepOf({ features, classNames }) {
    this.stale = true;
    const { shown } = this;
    if (shown && (shown.features !== features || shown.classes !== classNames.length)) {
      this.shown = null;
    }
  }

  train() {
    const { page } = this;
    this.busy = true;
    page.changed();
    page.requests.ask("seeds", {
      make: () => ({
        data: dataToWire(page.data),
        recipe: page.recipe(),
        early_stopping: page.patience,
        seeds: SEEDS,
        first: 0,
      }),
      take: ({ first, layers, weights, loss, accuracy }) => {
        this.shown = {
          first,
          layers,
          features: page.data.features,
          classes: page.data.classNames.length,
          weights: decodeFloats(weights),
          loss: decodeFloats(loss),
          accuracy: decodeFloats(accuracy),
        };
        this.stale = this.busy = false;
      },
    });
  }
}
