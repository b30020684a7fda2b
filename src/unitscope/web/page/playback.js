// @ts-check
/** A run, and which of its networks is shown: an epoch, chosen or playing, or weights by hand. */

import { decodeFloats, encodeFloats } from "../pure/codec.js";
import { networkFrom, parameterCount } from "../pure/network.js";

/** @import { NetworkScene, RunScene } from "../pure/scene.d.ts" */
/** @import { Page } from "./page.js" */

const EPOCHS_A_SECOND = 60;

/**
 * A run with its numbers decoded: `weights` has a row for each of `epochs`.
 * @typedef {ReturnType<typeof runFromWire>} RunShown
 */

/** @param {RunScene} wire */
function runFromWire(wire) {
  const decoded = (/** @type {string | null} */ text) => text === null ? null : decodeFloats(text);
  return {
    features: wire.features,
    layers: wire.layers,
    epochs: wire.epochs,
    weights: decodeFloats(wire.weights),
    loss: decodeFloats(wire.loss),
    accuracy: decodeFloats(wire.accuracy),
    testLoss: decoded(wire.test_loss),
    testAccuracy: decoded(wire.test_accuracy),
    recipe: wire.recipe,
    earlyStopping: wire.early_stopping ?? null,
    standardized: !!wire.standardized,
    course: wire.course,
    stopped: wire.stopped,
    readAs: wire.read_as,
    classes: wire.layers[wire.layers.length - 1].units,
    parameters: parameterCount(wire.features, wire.layers),
  };
}

export class Playback {
  /** @param {Pick<Page, "announce" | "changed">} page @param {RunScene} wire */
  constructor(page, wire) {
    this.page = page;
    this.run = runFromWire(wire);
    this.epoch = this.run.loss.length;
    /** Weights changed by hand. @type {Float32Array | null} */
    this.edited = null;
    this.version = 0; // one more whenever the network shown is another, but for the epoch
    this.playing = false;
    this.played = 0;
  }

  /**
   * Take another run: show its end, or the epoch that was being looked at.
   * @param {RunScene} wire
   */
  takeRun(wire) {
    const atEnd = this.epoch >= this.run.loss.length;
    this.run = runFromWire(wire);
    const last = this.run.loss.length;
    this.epoch = atEnd && !this.playing ? last : Math.min(this.epoch, last);
    this.edited = null;
    this.version++;
  }

  /** @param {number} epoch */
  showEpoch(epoch) {
    this.epoch = Math.max(0, Math.min(this.run.loss.length, Math.round(epoch)));
    this.forgetEdits();
    this.page.changed();
  }

  /** Back to the trained weights. */
  forgetEdits() {
    if (this.edited) this.version++;
    this.edited = null;
  }

  /** @param {number} epochs */
  step(epochs) {
    this.pause();
    this.showEpoch(this.epoch + epochs);
  }

  reset() {
    this.pause();
    this.showEpoch(0);
    this.page.announce("Reset to the start");
  }

  pause() {
    this.playing = false;
    this.page.changed();
  }

  togglePlay() {
    this.playing = !this.playing;
    if (this.playing && this.epoch >= this.run.loss.length) this.showEpoch(0);
    this.played = performance.now();
    this.page.announce(this.playing ? "Playing" : "Paused");
    this.page.changed();
  }

  /** Play once from the start. */
  showFromStart() {
    this.showEpoch(0);
    this.togglePlay();
  }

  /** @param {number} now ms */
  playOn(now) {
    const rate = Math.max(EPOCHS_A_SECOND, this.run.loss.length / 10) / 1000,
      steps = Math.floor((now - this.played) * rate);
    if (steps < 1) return;
    this.played = now;
    this.forgetEdits();
    this.epoch = Math.min(this.run.loss.length, this.epoch + steps);
    if (this.epoch === this.run.loss.length) {
      this.playing = false;
      this.page.announce("The training's end");
    }
  }

  /** The kept weights of an epoch: the last kept at or before it. @param {number} epoch */
  rowOf(epoch) {
    const { epochs } = this.run;
    let row = Math.min(epoch, epochs.length - 1);
    while (row > 0 && epochs[row] > epoch) row--;
    return row;
  }

  /** The weights shown; those of a run are not to be changed. @returns {Float32Array} */
  weightsShown() {
    const { run, edited } = this, from = this.rowOf(this.epoch) * run.parameters;
    return edited ?? run.weights.subarray(from, from + run.parameters);
  }

  networkShown() {
    return networkFrom(this.run.features, this.run.layers, this.weightsShown());
  }

  /** @returns {NetworkScene} the network shown, as it is sent */
  networkToWire() {
    const { features, layers } = this.run;
    return { features, layers, weights: encodeFloats(this.weightsShown()) };
  }

  /**
   * @param {number} layer
   * @param {number} i an input, or as many as there are for the bias
   * @param {number} j
   * @param {number} value
   */
  editWeight(layer, i, j, value) {
    if (!Number.isFinite(value)) return;
    const { run } = this, changed = this.weightsShown().slice();
    const { inputs, units, weights, bias } =
      networkFrom(run.features, run.layers, changed).layers[layer];
    if (i < inputs) weights[i * units + j] = value;
    else bias[j] = value;
    this.takeWeights(changed);
  }

  /**
   * Show other weights than the trained ones; null goes back to these.
   * @param {Float32Array | null} weights
   */
  takeWeights(weights) {
    this.edited = weights;
    this.version++;
    this.page.changed();
  }
}
