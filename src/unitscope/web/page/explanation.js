// @ts-check
/** What is said of the network shown: the sentences that came with its run, or asked for. */

import { dataToWire } from "../pure/data.js";
import { networkFrom } from "../pure/network.js";
import { storyTold } from "../story/story.js";

/** @import { ClaimScene } from "../pure/scene.d.ts" */
/** @import { Subject } from "../story/measures.js" */
/** @import { Page } from "./page.js" */

const BETWEEN = { dragging: 250, playing: 400 }; // ms between two explanations
const SLOW = 8; // ms that a story takes which is told as rarely while the network changes
const PAUSE = 10; // times as long as such a story took

/**
 * @typedef {Pick<Page, "host" | "data" | "dataset" | "playback" | "requests" | "announce" |
 *   "alone" | "changed">} Explained
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
    // Where the page tells the story by itself: of what it did, in how many ms, and what.
    this.toldKey = "";
    this.took = 0;
    /** @type {number | undefined} */ this.later = undefined;
    /** @type {ClaimScene[]} */ this.story = [];
    /** Whether the parts below the story are of another network. */
    this.behind = false;
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
    this.behind = !known;
    if (!known && page.host.tellsHere && !page.data.sampleOf) {
      return this.followHere(key, now, moving, atEnd);
    }
    if (
      !known && moving && (requests.busy("explain") || now - this.at < BETWEEN[moving])
    ) return; // words lag while pictures follow, and come at the end
    this.key = key;
    this.at = now;
    if (known) return this.take(known);
    this.story = [];
    this.askFor(key);
  }

  /**
   * Tell the story at once; ask for what is below it when the network stays.
   * @param {string} key
   * @param {number} now ms
   * @param {keyof typeof BETWEEN | null} moving
   * @param {boolean} atEnd
   */
  followHere(key, now, moving, atEnd) {
    const pause = moving && this.took > SLOW ? Math.max(BETWEEN[moving], PAUSE * this.took) : 0;
    const wait = pause - (now - this.at), other = this.toldKey !== key;
    clearTimeout(this.later);
    if (other && pause && wait > 0) this.later = setTimeout(() => this.page.changed(), wait);
    else if (other) {
      const begun = performance.now();
      this.story = storyTold(subjectOf(this.page, atEnd));
      this.took = performance.now() - begun;
      this.toldKey = key;
      this.at = now;
      const { alone, host: { facts: text = "" } } = this.page;
      const below = alone
        ? [{ topic: "Of this network", text, about: [] }]
        : this.claims.filter(({ topic }) => topic);
      this.take([...this.story, ...below]);
    }
    this.stale = this.toldKey !== key;
    if (moving) return;
    this.key = key;
    if (!this.page.alone) this.askFor(key);
  }

  /** Ask what is to be said of the network shown. @param {string} key */
  askFor(key) {
    const { data, dataset, playback, requests } = this.page;
    requests.ask("explain", {
      make: () => ({
        data: dataToWire(data),
        network: playback.networkToWire(),
        window: dataset.windowToWire(),
      }),
      take: ({ claims }) => {
        if (key !== this.key) return; // another network is shown meanwhile
        this.behind = false;
        this.take(
          this.story.length ? [...this.story, ...claims.filter((one) => one.topic)] : claims,
        );
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
    this.take([...this.story, { topic: "", text: message, about: [] }]);
  }
}

/**
 * What the story is of: the points trained on, and at a run's end its training.
 * @param {Pick<Explained, "data" | "dataset" | "playback">} page
 * @param {boolean} atEnd
 * @returns {Subject}
 */
function subjectOf({ data, dataset, playback }, atEnd) {
  const { features, heldOut, classNames, featureNames } = data, { run } = playback;
  const rows = [...data.labels.keys()].filter((i) => !heldOut?.[i]), epochs = run.loss.length;
  const points = heldOut
    ? rows.flatMap((i) => [...data.points.subarray(i * features, (i + 1) * features)])
    : data.points;
  const network = (/** @type {number} */ epoch) =>
    networkFrom(run.features, run.layers, run.weights, epoch * run.parameters);
  return {
    network: playback.networkShown(),
    points,
    labels: rows.map((i) => data.labels[i]),
    classNames,
    featureNames,
    window: dataset.windowToWire(),
    rows,
    run: !atEnd ? null : {
      epochs,
      planned: run.recipe.epochs ?? epochs,
      diverged: run.stopped !== null,
      loss: run.loss,
      at: run.epochs.length === epochs + 1 ? network : null,
      standardized: run.standardized,
      elsewhere: run.readAs !== undefined,
      otherLoss: false,
    },
  };
}
