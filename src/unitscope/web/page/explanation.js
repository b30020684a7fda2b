// @ts-check
/** What is said of the network shown: the sentences that came with its run, or asked for. */

import { dataToWire } from "../pure/data.js";

/** @import { ClaimScene } from "../pure/scene.d.ts" */
/** @import { Page } from "./page.js" */

const BETWEEN = { dragging: 250, playing: 400 }; // ms between two explanations

/**
 * @typedef {Pick<Page, "host" | "data" | "dataset" | "playback" | "requests" | "announce">}
 *   Explained
 */

export class Explanation {
  /** @param {Explained} page @param {ClaimScene[]} [claims] of the run's end */
  constructor(page, claims) {
    this.page = page;
    /** @type {ClaimScene[]} */ this.claims = claims ?? [];
    /** Those that came with the run, with the story of its training. @type {ClaimScene[] | null} */
    this.ofEnd = claims ?? null;
    this.stale = false;
    this.key = "";
    this.at = 0;
    this.told = "";
  }

  /** What came with the run is of other points than those shown. */
  askAgain() {
    this.ofEnd = null;
    this.key = "";
  }

  /** Which network and window is shown. */
  keyShown() {
    const { playback, dataset } = this.page;
    return `${playback.version} ${dataset.version} ${playback.epoch}`;
  }

  /**
   * Ask what is to be said of the network shown, unless its run brought that along.
   * @param {number} now ms
   */
  follow(now) {
    const { page } = this,
      { playback, dataset, requests } = page,
      { edited, epoch, run } = playback;
    const key = this.keyShown();
    if (this.key === key) return;
    const atEnd = epoch === run.loss.length && !edited,
      known = page.host.claimsAt?.(edited ? null : epoch) ?? (atEnd ? this.ofEnd : null);
    this.stale = !known;
    const moving = dataset.dragging ? "dragging" : playback.playing ? "playing" : null;
    if (
      !known && moving && (requests.busy("explain") || now - this.at < BETWEEN[moving])
    ) return; // words lag while pictures follow, and come at the end
    this.key = key;
    this.at = now;
    if (known) return this.take(known);
    requests.ask("explain", {
      make: () => ({
        data: dataToWire(page.data),
        network: playback.networkToWire(),
        window: dataset.windowToWire(),
      }),
      take: ({ claims }) => {
        if (key === this.key) this.take(claims); // else another network is shown meanwhile
      },
    });
  }

  /** @param {ClaimScene[]} claims */
  take(claims) {
    this.claims = claims;
    this.stale = false;
    if (this.page.dataset.dragging || this.page.playback.playing) return;
    const words = claims[0]?.text ?? "";
    if (words !== this.told) this.page.announce(this.told = words);
  }

  /** Sentences are refused: the pictures are whole without. @param {string} message */
  refused(message) {
    this.take([{ topic: "", text: message, about: [] }]);
  }
}
