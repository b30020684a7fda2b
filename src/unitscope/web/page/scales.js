// @ts-check
/** The value that full colour stands for, in the maps of units and logits. */

import { scaleTop } from "../pure/ticks.js";
import { largestSize } from "../pure/view.js";

/** @import { View } from "../pure/view.js" */
/** @import { Page } from "./page.js" */

export class Scales {
  /** @param {Pick<Page, "state">} page */
  constructor(page) {
    this.page = page;
    /** @type {Map<string, number>} */ this.tops = new Map();
  }

  /** Another view or setting is shown. */
  clear() {
    this.tops.clear();
  }

  /**
   * One scale for all hidden units and one for all outputs, or each unit's own.
   * @param {View} view
   * @param {number} layer
   * @param {number} j
   * @returns {number}
   */
  of({ network, maps }, layer, j) {
    const own = this.page.state.scale === "unit", last = network.layers.length - 1;
    const key = own ? `${layer},${j}` : layer === last ? "logits" : "units";
    const known = this.tops.get(key);
    if (known !== undefined) return known;
    const layers = own || layer === last ? [layer] : [...network.layers.keys()].slice(0, last);
    const sizes = layers.map((l) => {
      const values = l === last ? maps.passes[l].z : maps.passes[l].a;
      return own ? largestSize(values, j, network.layers[l].units) : largestSize(values, 0, 1);
    });
    const top = scaleTop(Math.max(...sizes));
    this.tops.set(key, top);
    return top;
  }

  words() {
    return this.page.state.scale === "unit" ? "a scale of its own" : "one scale for all such units";
  }
}
