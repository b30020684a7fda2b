// @ts-check
/** The page: its state, what it asks of its host and when it paints. The panels read it and call its verbs. */

import { hashOf } from "./address.js";
import { decodeFloats, encodeFloats } from "../pure/codec.js";
import { cssColor, lookOf } from "../pure/colors.js";
import { dataToWire } from "./editor.js";
import { Lines } from "./lines.js";
import { networkFrom, parameterCount } from "../pure/network.js";
import { Player } from "./player.js";
import { viewOf, windowAround } from "../pure/view.js";

const SOON = 24; // ms that a point dragged waits for its network, so that both are painted at once
const EXPLAINED = { dragging: 250, playing: 400 }; // ms between two explanations
const SEEDS = 64; // of the strip
/** @type {Record<string, string>} */
const WAITING = { train: "Training …", dataset: "Making the data …", table: "Reading the file …" };

/** @typedef {{ask: (request: any, progress?: (done: number, of: number) => void) => Promise<any>, readOnly: boolean, claimsAt?: (epoch: number | null) => any[]}} Host */

/** @typedef {{node: HTMLElement, update: (view: any) => void, exported?: import("../panels/pictures.js").Exported | null, close?: () => void, away?: boolean}} Panel `away` from the screen */

export class Page extends Player {
  /** @param {Host} host @param {any} hello @param {any} state */
  constructor(host, hello, state) {
    super();
    this.host = host;
    this.hello = hello;
    this.state = state;
    this.readOnly = host.readOnly;
    this.course = !!hello.first.run.course;
    this.theme = "light";
    this.look = this.lookFor("light");
    /** @type {any[]} */ this.claims = [];
    /** @type {any[] | null} */ this.claimsOfEnd = null; // those that came with the run, with the story of its training
    this.claimsStale = false;
    this.explainedKey = "";
    this.explainedAt = 0;
    this.seedsBusy = false;
    /** @type {import("./address.js").HiddenPlace} */ this.hidden = {
      layer: 0,
      across: null,
      up: null,
    };
    this.hiddenOutput = -1;
    /** @type {Pick<Panel, "update" | "away">[]} */ this.panels = [];
    this.status = "";
    this.waiting = false;
    this.told = "";
    this.lines = new Lines((request, progress) => host.ask(request, progress), {
      refused: (kind, message) => {
        if (kind === "seeds") this.seedsBusy = false;
        if (kind === "explain") {
          this.takeClaims([{ topic: "No explanation", text: message, about: [] }]); // the pictures are whole without
        } else this.refused(message);
      },
      waiting: (kind, on) => this.waitFor(kind, on),
      done: () => this.changed(),
    });
  }

  /** @param {string} name */
  lookFor(name) {
    const look = lookOf(this.hello.theme, name);
    return { ...look, tintOf: look.tints.map(cssColor) };
  }

  /** @param {string} name "light" or "dark" */
  showTheme(name) {
    this.theme = name;
    this.look = this.lookFor(name);
    this.changed();
  }

  /** @override */
  changed() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame((now) => {
      this.waiting = false;
      this.paint(now);
    });
  }

  /** @override */
  changedSoon() {
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.changed(), SOON);
  }

  /** @type {any} */
  soon;

  /** @param {number} now ms */
  paint(now) {
    clearTimeout(this.soon);
    if (!this.run || !this.data || !this.fits()) return this.showStatus?.(); // data of another shape: the picture stays until its network is trained
    if (this.playing) this.playOn(now);
    const key =
      `${this.serial} ${this.epoch} ${this.hidden.layer} ${this.hidden.across} ${this.hidden.up} ${this.axes}`;
    if (
      !this.view || this.viewKey !== key || this.view.data !== this.data ||
      this.view.points !== this.data.points
    ) {
      this.viewKey = key;
      this.scales.clear();
      this.view = viewOf({
        network: this.networkShown(),
        data: this.data,
        axes: this.axes,
        window: this.window,
        layer: Math.min(this.hidden.layer, Math.max(0, this.run.layers.length - 2)),
        pair: [this.hidden.across, this.hidden.up],
        before: this.view?.hidden,
      });
    }
    if (this.explainedKey !== `${this.serial} ${this.epoch}`) this.explainSoon(now);
    for (const panel of this.panels) if (!(panel.away && this.dragging)) panel.update(this.view); // out of sight, words wait for the release
    if (!this.playing) this.saveState();
    this.painted?.(this.view);
    if (this.playing) this.changed();
  }

  /** Called once, after the next training. @type {(() => void) | undefined} */
  afterTraining;

  /** What `openScope` gives: follow the system's theme, open the list of keys, begin the tour, take the page down, show the status line alone. @type {(() => void) | undefined} */
  followTheme;
  /** @type {(() => void) | undefined} */ openHelp;
  /** @type {(() => void) | undefined} */ startTour;
  /** @type {(() => void) | undefined} */ close;
  /** @type {(() => void) | undefined} */ showStatus;

  /** Told after every picture. @type {((view: any) => void) | undefined} */
  painted;

  /** Whether the run is one of data like these. */
  fits() {
    return this.run.features === this.data.features &&
      this.run.layers.at(-1).units === this.data.classNames.length;
  }

  /** @type {string | undefined} */
  viewKey;

  /** The network of the epoch shown, or with the weights changed by hand. */
  networkShown() {
    const { run } = this, count = parameterCount(run.features, run.layers);
    return this.edited
      ? networkFrom(run.features, run.layers, this.edited)
      : networkFrom(run.features, run.layers, run.weights, this.rowOf(this.epoch) * count);
  }

  /** The kept weights of an epoch: the last kept at or before it. @param {number} epoch */
  rowOf(epoch) {
    const { epochs } = this.run;
    let row = Math.min(epoch, epochs.length - 1);
    while (row > 0 && epochs[row] > epoch) row--;
    return row;
  }

  /** Take a run from the host: decode it and show its end, or the epoch that was being looked at. @param {import("../pure/scene.d.ts").RunScene} wire @param {import("../pure/scene.d.ts").ClaimScene[]} [claims] */
  takeRun(wire, claims) {
    this.claimsOfEnd = claims ?? null;
    const atEnd = !this.run || this.epoch >= this.run.loss.length;
    const decoded = (/** @type {string | null} */ text) =>
      text === null ? null : decodeFloats(text);
    this.run = {
      ...wire,
      weights: decoded(wire.weights),
      loss: decoded(wire.loss),
      accuracy: decoded(wire.accuracy),
      testLoss: decoded(wire.test_loss),
      testAccuracy: decoded(wire.test_accuracy),
    };
    const last = this.run.loss.length;
    this.epoch = atEnd && !this.playing ? last : Math.min(this.epoch, last);
    this.edited = null;
    this.keepUnitsOf(this.run.layers);
    this.course = !!wire.course;
    this.serial++;
    this.changed();
  }

  /** @returns {import("../pure/scene.d.ts").RecipeScene} the recipe as it is sent */
  recipe() {
    const { state } = this;
    return {
      hidden: state.networkShape,
      activation: state.activation,
      optimizer: state.optimizer,
      learning_rate: state.learningRate,
      batch_size: state.batchSize,
      epochs: state.epochs,
      l1: state.l1,
      l2: state.l2,
      seed: state.seed,
    };
  }

  /** Change settings and train again at once. @param {any} patch @param {{course?: boolean}} [start] */
  change(patch, { course } = {}) {
    Object.assign(this.state, patch);
    if (course !== undefined) this.course = course;
    if ("view" in patch && Object.keys(patch).length === 1) return this.show(patch);
    if (Object.keys(patch).some((name) => name !== "seed")) this.seedsStale = true;
    this.train();
  }

  /** Change how things are shown; nothing is trained. @param {any} patch */
  show(patch) {
    Object.assign(this.state, patch);
    this.scales.clear();
    this.changed();
  }

  /** @override */
  train() {
    if (this.readOnly) return;
    this.claimsStale = true;
    this.line(
      "train",
      () => ({
        data: dataToWire(this.data),
        recipe: this.recipe(),
        course: this.course && this.fitsCourse(),
        start: null,
        explain: !this.dragging,
        window: this.windowToWire(),
      }),
      (reply) => {
        this.say(reply.run.stopped ?? "", !!reply.run.stopped);
        this.takeRun(reply.run, reply.claims);
        const after = this.afterTraining;
        this.afterTraining = undefined;
        after?.();
      },
      (done, of) => this.say(`Training: epoch ${done} of ${of}`),
    );
  }

  /** @override @param {string} kind @param {() => any} make @param {(reply: any) => void} take @param {(done: number, of: number) => void} [progress] */
  line(kind, make, take, progress) {
    this.lines.ask(kind, { make, take, progress });
  }

  /** Say that an answer takes long, or take that back. @param {string} kind @param {boolean} on */
  waitFor(kind, on) {
    const words = WAITING[kind];
    if (on && words && !this.statusBad) this.say(words);
    else if (!on && words && this.status === words) this.say("");
  }

  /** @override @param {string} message */
  refused(message) {
    this.say(message, true);
    this.announce(message);
  }

  /** Put words into the status line. @param {string} words @param {boolean} [bad] */
  say(words, bad = false) {
    this.status = words;
    this.statusBad = bad;
    this.changed();
  }

  statusBad = false;

  /** Ask what is to be said of the network shown, unless its run brought that along. @param {number} now ms */
  explainSoon(now) {
    const atEnd = this.epoch === this.run.loss.length && !this.edited,
      known = this.host.claimsAt?.(this.edited ? null : this.epoch) ??
        (atEnd ? this.claimsOfEnd : null);
    this.claimsStale = !known;
    const moving = this.dragging ? "dragging" : this.playing ? "playing" : null;
    if (
      !known && moving && (this.lines.busy("explain") || now - this.explainedAt < EXPLAINED[moving])
    ) return; // words lag while pictures follow, and come at the end
    const key = this.explainedKey = `${this.serial} ${this.epoch}`;
    this.explainedAt = now;
    if (known) return this.takeClaims(known);
    this.line(
      "explain",
      () => ({
        data: dataToWire(this.data),
        network: this.networkToWire(),
        window: this.windowToWire(),
      }),
      (reply) => {
        if (key === this.explainedKey) this.takeClaims(reply.claims); // else another network is shown meanwhile
      },
    );
  }

  /** @param {any[]} claims */
  takeClaims(claims) {
    this.claims = claims;
    this.claimsStale = false;
    if (!this.dragging && !this.playing) this.announceResult();
  }

  /** The window that areas and distances are said of; of more than two features, none are. */
  windowToWire() {
    return this.data.features === 2 ? this.window : null;
  }

  announceResult() {
    const words = this.claims[0]?.text ?? "";
    if (words !== this.told) this.announce(this.told = words);
  }

  /** @returns {import("../pure/scene.d.ts").NetworkScene} the network shown, as it is sent */
  networkToWire() {
    const { run } = this,
      count = parameterCount(run.features, run.layers),
      from = this.rowOf(this.epoch) * count;
    return {
      features: run.features,
      layers: run.layers,
      weights: encodeFloats(this.edited ?? run.weights.subarray(from, from + count)),
    };
  }

  newStart() {
    this.change({ seed: (this.state.seed + 1) % 2 ** 31 }, { course: false });
  }

  /** Whether the course lab's start fits these settings. */
  fitsCourse() {
    const { state, data } = this,
      training = data.heldOut
        ? [...data.heldOut].filter((/** @type {number} */ held) => !held).length
        : data.labels.length;
    return data.features === 2 && data.classNames.length === 4 && training === 100 &&
      state.networkShape.length === 1 && state.networkShape[0] === 2 &&
      state.activation === "relu" && state.batchSize === 32 && state.epochs <= 200;
  }

  // The network's shape and weights

  /** @param {number} layer @param {number} by */
  changeUnits(layer, by) {
    const shape = [...this.state.networkShape], units = shape[layer] + by;
    if (units < 1 || units > this.hello.limits.units) {
      return this.refused(
        `units must be 1 to ${this.hello.limits.units} a layer. Got ${units} instead.`,
      );
    }
    shape[layer] = units;
    this.pinnedUnit = null;
    this.change({ networkShape: shape });
  }

  /** @param {number} by */
  changeLayers(by) {
    const shape = [...this.state.networkShape];
    if (by > 0) shape.push(shape.at(-1) ?? 2);
    else shape.pop();
    if (shape.length > this.hello.limits.hidden_layers) {
      return this.refused(
        `hidden layers must be at most ${this.hello.limits.hidden_layers}. Got ${shape.length} instead.`,
      );
    }
    this.pinnedUnit = null;
    this.change({ networkShape: shape });
  }

  /** @param {number} layer @param {number} i an input, or as many as there are for the bias @param {number} j @param {number} value */
  editWeight(layer, i, j, value) {
    if (!Number.isFinite(value)) return;
    const { run } = this, count = parameterCount(run.features, run.layers);
    const from = this.rowOf(this.epoch) * count,
      weights = this.edited ?? run.weights.slice(from, from + count);
    const { inputs, units, weights: matrix, bias } =
      networkFrom(run.features, run.layers, weights).layers[layer];
    if (i < inputs) matrix[i * units + j] = value;
    else bias[j] = value;
    this.takeWeights(weights);
  }

  /** Show other weights than the trained ones; null goes back to these. @param {Float32Array | null} weights */
  takeWeights(weights) {
    this.edited = weights;
    this.serial++;
    this.changed();
  }

  /** @param {any} patch */
  showHidden(patch) {
    const { output, ...rest } = patch;
    if (output !== undefined) this.hiddenOutput = output;
    if ("layer" in rest) Object.assign(this.hidden, { across: null, up: null }, rest);
    else if (this.view.hidden && ("across" in rest || "up" in rest)) {
      const [across, up] = this.view.hidden.axes;
      Object.assign(this.hidden, { across, up }, rest);
    }
    this.changed();
  }

  // Seeds

  /** What training the strip takes: seeds x points x epochs x parameters. */
  seedsWork() {
    return SEEDS * this.data.labels.length * this.state.epochs *
      parameterCount(this.run.features, this.run.layers);
  }

  trainSeeds() {
    this.seedsBusy = true;
    this.changed();
    this.line(
      "seeds",
      () => ({ data: dataToWire(this.data), recipe: this.recipe(), seeds: SEEDS, first: 0 }),
      (reply) => {
        this.seeds = {
          ...reply,
          features: this.data.features,
          classes: this.data.classNames.length,
          weights: decodeFloats(reply.weights),
          loss: decodeFloats(reply.loss),
          accuracy: decodeFloats(reply.accuracy),
        };
        this.seedsStale = this.seedsBusy = false;
      },
    );
  }

  // The address

  saveState() {
    if (this.readOnly || !this.address) return;
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.saveNow(), 250);
  }

  /** @returns {boolean} whether all that is shown had room in the address */
  saveNow() {
    clearTimeout(this.saving);
    const { hash, whole } = hashOf(this);
    this.address?.(hash);
    return whole;
  }

  /** Where the state goes as a hash; none in a notebook or a file. @type {((hash: string) => void) | undefined} */
  address;

  /** @type {any} */
  saving;

  /** The window of the features shown. @override */
  fitWindow() {
    this.window = windowAround(this.data.points, this.data.features, this.axes);
  }

  /** @override */
  growWindow() {
    const fitting = windowAround(this.data.points, this.data.features, this.axes, 0.02);
    const out = fitting.some(([low, high], k) =>
      low < this.window[k][0] || high > this.window[k][1]
    );
    if (!out) return;
    const wanted = windowAround(this.data.points, this.data.features, this.axes);
    this.window = /** @type {any} */ (this.window.map((
      [low, high],
      k,
    ) => [Math.min(low, wanted[k][0]), Math.max(high, wanted[k][1])]));
    this.serial++;
  }

  /** @override @type {[[number, number], [number, number]]} */
  window = [[-1, 1], [-1, 1]];

  /** @param {0 | 1} which @param {number} feature */
  chooseAxis(which, feature) {
    const axes = /** @type {[number, number]} */ ([...this.axes]);
    axes[which] = feature;
    this.axesShown = axes;
    this.fitWindow();
    this.serial++;
    this.changed();
  }
}
