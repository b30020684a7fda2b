// @ts-check
/** Going through the epochs of a run: to one of them, step by step, or playing. */

import { Editor } from "./editor.js";

const EPOCHS_A_SECOND = 60;

export class Player extends Editor {
  constructor() {
    super();
    /** @type {any} */ this.run = null;
    this.epoch = 0;
    /** @type {Float32Array | null} */ this.edited = null; // weights changed by hand
    this.serial = 0; // one more whenever the network or the data shown are others, but for the epoch
    this.playing = false;
    this.played = 0;
  }

  /** @param {number} epoch */
  showEpoch(epoch) {
    this.epoch = Math.max(0, Math.min(this.run.loss.length, Math.round(epoch)));
    this.forgetEdits();
    this.changed();
  }

  /** Back to the trained weights. */
  forgetEdits() {
    if (this.edited) this.serial++;
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
    this.announce("Reset to the start");
  }

  pause() {
    this.playing = false;
    this.changed();
  }

  togglePlay() {
    this.playing = !this.playing;
    if (this.playing && this.epoch >= this.run.loss.length) this.showEpoch(0);
    this.played = performance.now();
    this.announce(this.playing ? "Playing" : "Paused");
    this.changed();
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
      this.announce("The training's end");
    }
  }
}
