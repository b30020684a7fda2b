// @ts-check
/**
 * A model that was trained elsewhere: it stays as it is. Points that are moved show what it makes
 * of them; a network like it is trained here when that is asked for.
 */

/** @import { FirstScene } from "../pure/scene.d.ts" */
/** @import { Page } from "./page.js" */

/** @typedef {"explanation" | "train" | "announce" | "changed" | "comparison"} Answering */

export class Elsewhere {
  /** @param {Pick<Page, Answering>} page @param {FirstScene} first */
  constructor(page, first) {
    this.page = page;
    this.asked = false; // whether a setting was changed, which the model does not follow
    this.take(first);
  }

  /** What was opened, or is shown from outside. @param {FirstScene} first */
  take(first) {
    /** What there is to go back to. @type {FirstScene | null} */
    this.model = first.run.read_as === undefined ? null : first;
    this.stays = !!this.model;
    this.asked = false;
  }

  /**
   * Whether there is a model that stays, and answers anew instead of a training. One that does not
   * take these data is left.
   * @param {boolean} fits whether it takes the data
   */
  answers(fits) {
    if (this.stays && !fits) {
      this.stays = false;
      this.page.announce("The model does not take these data: a network is trained on them.");
    }
    if (!this.stays) return false;
    this.page.explanation.askAgain();
    if (this.asked) this.page.announce(this.words);
    this.page.changed();
    return true;
  }

  /** What it does on the page, in one sentence. */
  get words() {
    if (!this.stays) return "it trains again while you look.";
    return this.asked
      ? "the model stays as it is: settings are of a network trained here."
      : "the model stays as it was trained, and answers at once.";
  }

  /** Train a network with the page's settings; the model is kept beside it. */
  trainHere() {
    if (!this.page.comparison.kept) this.page.comparison.toggle();
    this.stays = this.asked = false;
    this.page.train();
  }
}
