// @ts-check
/** The page: its state, what it asks of its host and when it paints. The panels read it and call its verbs. */

import { decodeFloats, encodeFloats } from "./codec.js";
import { lookOf, cssColor } from "./colors.js";
import { dataToWire, Editor } from "./editor.js";
import { networkFrom, parameterCount } from "./network.js";
import { hashFromState } from "./state.js";
import { viewOf, windowAround } from "./view.js";

const PATIENCE = 150; // ms that a training may take before a newer request overtakes it
const EPOCHS_A_SECOND = 60;

/** @typedef {{ask: (request: any, progress?: (done: number, of: number) => void) => Promise<any>, readOnly: boolean, claimsAt?: (epoch: number) => any[], selected?: (point: number | null) => void}} Host */

export class Page extends Editor {
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
    /** @type {any} */ this.run = null;
    this.epoch = 0;
    this.serial = 0; // one more whenever the network or the data shown are others
    /** @type {Float32Array | null} */ this.edited = null;
    this.playing = false;
    this.played = 0;
    /** @type {any[]} */ this.claims = [];
    this.claimsStale = false;
    this.seedsBusy = false;
    this.hidden = { layer: 0, across: 0, up: 1 };
    this.hiddenOutput = -1;
    /** @type {{update: (view: any) => void}[]} */ this.panels = [];
    this.status = "";
    this.waiting = false;
    this.told = "";
    /** @type {Record<string, {busy: boolean, since: number, next: any}>} */ this.lines = {};
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

  /** @param {number} now ms */
  paint(now) {
    if (!this.run || !this.data || !this.fits()) return this.showStatus?.(); // data of another shape: the picture stays until its network is trained
    if (this.playing) this.playOn(now);
    const key = `${this.serial} ${this.epoch} ${this.hidden.layer} ${this.hidden.across} ${this.hidden.up} ${this.axes}`;
    if (!this.view || this.viewKey !== key || this.view.data !== this.data || this.view.points !== this.data.points) {
      this.viewKey = key;
      this.scales.clear();
      this.view = viewOf({ network: this.networkShown(), data: this.data, axes: this.axes, window: this.window, layer: Math.min(this.hidden.layer, Math.max(0, this.run.layers.length - 2)), pair: [this.hidden.across, this.hidden.up] });
      this.explainSoon();
    }
    for (const panel of this.panels) panel.update(this.view);
    this.painted?.(this.view);
    if (this.playing) this.changed();
  }

  /** Called once, after the next training. @type {(() => void) | undefined} */
  afterTraining;

  /** What `openScope` gives: follow the system's theme, open the list of keys, begin the tour, take the page down, show the status line alone. @type {(() => void) | undefined} */
  followTheme;
  /** @type {(() => void) | undefined} */ openHelp;
  /** @type {(() => void) | undefined} */ startTour;
  /** @type {(() => void) | undefined} */ close; /** @type {(() => void) | undefined} */ showStatus;

  /** Told after every picture. @type {((view: any) => void) | undefined} */
  painted;

  /** Whether the run is one of data like these. */
  fits() { return this.run.features === this.data.features && this.run.layers.at(-1).units === this.data.classNames.length; }

  /** @type {string | undefined} */
  viewKey;

  /** The network of the epoch shown, or with the weights changed by hand. */
  networkShown() {
    const { run } = this, count = parameterCount(run.features, run.layers);
    return this.edited ? networkFrom(run.features, run.layers, this.edited) : networkFrom(run.features, run.layers, run.weights, this.rowOf(this.epoch) * count);
  }

  /** The kept weights of an epoch: the last kept at or before it. @param {number} epoch */
  rowOf(epoch) {
    const { epochs } = this.run;
    let row = Math.min(epoch, epochs.length - 1);
    while (row > 0 && epochs[row] > epoch) row--;
    return row;
  }

  /** Take a run from the host: decode it and show its end, or the epoch that was being looked at. @param {any} wire */
  takeRun(wire) {
    const atEnd = !this.run || this.epoch >= this.run.loss.length;
    const decoded = (/** @type {string | null} */ text) => text === null ? null : decodeFloats(text);
    this.run = { ...wire, weights: decoded(wire.weights), loss: decoded(wire.loss), accuracy: decoded(wire.accuracy), testLoss: decoded(wire.test_loss), testAccuracy: decoded(wire.test_accuracy) };
    const last = this.run.loss.length;
    this.epoch = atEnd && !this.playing ? last : Math.min(this.epoch, last);
    this.edited = null;
    this.course = !!wire.course;
    this.serial++;
    this.changed();
  }

  /** @returns {any} the recipe as it is sent */
  recipe() {
    const { state } = this;
    return { hidden: state.networkShape, activation: state.activation, optimizer: state.optimizer, learning_rate: state.learningRate, batch_size: state.batchSize, epochs: state.epochs, l1: state.l1, l2: state.l2, seed: state.seed };
  }

  /** Change settings and train again at once. @param {any} patch @param {{course?: boolean}} [start] */
  change(patch, { course } = {}) {
    Object.assign(this.state, patch);
    if (course !== undefined) this.course = course;
    if ("view" in patch && Object.keys(patch).length === 1) return this.show(patch);
    this.seedsStale = true;
    this.train();
  }

  /** Change how things are shown; nothing is trained. @param {any} patch */
  show(patch) {
    Object.assign(this.state, patch);
    this.scales.clear();
    this.saveState();
    this.changed();
  }

  /** @override */
  train() {
    if (this.readOnly) return;
    this.saveState();
    this.claimsStale = true;
    this.line("train", () => ({ data: dataToWire(this.data), recipe: this.recipe(), course: this.course && this.fitsCourse(), start: null }), (reply) => {
      this.say(reply.run.stopped ?? "");
      this.takeRun(reply.run);
      const after = this.afterTraining;
      this.afterTraining = undefined;
      after?.();
    }, (done, of) => this.say(`Training: epoch ${done} of ${of}`));
  }

  /** One request of a kind at a time; what is asked meanwhile waits, only the newest. After `PATIENCE` it overtakes.
   * @override @param {string} kind @param {() => any} make @param {(reply: any) => void} take @param {(done: number, of: number) => void} [progress] */
  line(kind, make, take, progress) {
    const line = this.lines[kind] ??= { busy: false, since: 0, next: null };
    if (line.busy && performance.now() - line.since < PATIENCE) {
      if (!line.next) setTimeout(() => {
        if (line.next && line.busy) this.sendNext(kind);
      }, PATIENCE);
      line.next = { make, take, progress };
      return;
    }
    line.next = { make, take, progress };
    this.sendNext(kind);
  }

  /** @param {string} kind */
  async sendNext(kind) {
    const line = this.lines[kind], { make, take, progress } = line.next, mine = performance.now();
    line.next = null;
    line.busy = true;
    line.since = mine;
    let reply;
    try {
      reply = await this.host.ask({ kind, ...make() }, (done, of) => { if (line.since === mine && progress) progress(done, of); });
    } catch (problem) {
      reply = { kind: "refused", message: String(/** @type {any} */ (problem).message ?? problem) };
    }
    if (line.since !== mine) return; // overtaken
    line.busy = false;
    if (reply.kind === "refused") {
      this.refused(reply.message);
      if (kind === "seeds") this.seedsBusy = false;
    } else if (reply.kind !== "superseded" && reply.kind !== "cancelled") take(reply);
    this.changed();
    if (line.next) this.sendNext(kind);
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

  explainSoon() {
    this.claimsStale = true;
    if (this.host.claimsAt) {
      this.claims = this.host.claimsAt(this.epoch);
      this.claimsStale = false;
      return;
    }
    this.line("explain", () => ({
      data: dataToWire(this.data), network: this.networkToWire(),
      run: this.epoch === this.run.loss.length && !this.edited && this.epoch ? { loss: encodeFloats(this.run.loss), accuracy: encodeFloats(this.run.accuracy) } : null,
    }), (reply) => {
      this.claims = reply.claims;
      this.claimsStale = false;
      if (!this.dragging && !this.playing) this.announceResult();
    });
  }

  announceResult() {
    const words = this.claims[0]?.text ?? "";
    if (words !== this.told) this.announce(this.told = words);
  }

  networkToWire() {
    const { run } = this, count = parameterCount(run.features, run.layers), from = this.rowOf(this.epoch) * count;
    return { features: run.features, layers: run.layers, weights: encodeFloats(this.edited ?? run.weights.subarray(from, from + count)) };
  }

  // Epochs

  /** @param {number} epoch */
  showEpoch(epoch) {
    this.epoch = Math.max(0, Math.min(this.run.loss.length, Math.round(epoch)));
    this.edited = null;
    this.saveState();
    this.changed();
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
    const rate = Math.max(EPOCHS_A_SECOND, this.run.loss.length / 10) / 1000, steps = Math.floor((now - this.played) * rate);
    if (steps < 1) return;
    this.played = now;
    this.edited = null;
    this.epoch = Math.min(this.run.loss.length, this.epoch + steps);
    if (this.epoch === this.run.loss.length) {
      this.playing = false;
      this.announce("The training's end");
    }
  }

  newStart() { this.change({ seed: (this.state.seed + 1) % 2 ** 31 }, { course: false }); }

  /** Whether the course lab's start fits these settings. */
  fitsCourse() {
    const { state, data } = this, training = data.heldOut ? [...data.heldOut].filter((/** @type {number} */ held) => !held).length : data.labels.length;
    return data.features === 2 && data.classNames.length === 4 && training === 100 && state.networkShape.length === 1 && state.networkShape[0] === 2 && state.activation === "relu" && state.batchSize === 32 && state.epochs <= 200;
  }

  // The network's shape and weights

  /** @param {number} layer @param {number} by */
  changeUnits(layer, by) {
    const shape = [...this.state.networkShape], units = shape[layer] + by;
    if (units < 1 || units > this.hello.limits.units) return this.refused(`units must be 1 to ${this.hello.limits.units} a layer. Got ${units} instead.`);
    shape[layer] = units;
    this.pinnedUnit = null;
    this.change({ networkShape: shape });
  }

  /** @param {number} by */
  changeLayers(by) {
    const shape = [...this.state.networkShape];
    if (by > 0) shape.push(shape.at(-1) ?? 2);
    else shape.pop();
    if (shape.length > this.hello.limits.hidden_layers) return this.refused(`hidden layers must be at most ${this.hello.limits.hidden_layers}. Got ${shape.length} instead.`);
    this.pinnedUnit = null;
    this.change({ networkShape: shape });
  }

  /** @param {number} layer @param {number} i an input, or as many as there are for the bias @param {number} j @param {number} value */
  editWeight(layer, i, j, value) {
    if (!Number.isFinite(value)) return;
    const { run } = this, count = parameterCount(run.features, run.layers);
    const from = this.rowOf(this.epoch) * count, weights = this.edited ?? run.weights.slice(from, from + count);
    const { inputs, units, weights: matrix, bias } = networkFrom(run.features, run.layers, weights).layers[layer];
    if (i < inputs) matrix[i * units + j] = value;
    else bias[j] = value;
    this.edited = weights;
    this.serial++;
    this.changed();
  }

  forgetWeights() {
    this.edited = null;
    this.serial++;
    this.changed();
  }

  /** @param {any} patch */
  showHidden(patch) {
    const { output, ...rest } = patch;
    if (output !== undefined) this.hiddenOutput = output;
    Object.assign(this.hidden, rest);
    if ("layer" in rest) Object.assign(this.hidden, { across: 0, up: 1 });
    this.changed();
  }

  // Seeds

  trainSeeds() {
    this.seedsBusy = true;
    this.changed();
    this.line("seeds", () => ({ data: dataToWire(this.data), recipe: this.recipe(), seeds: 64, first: 0 }), (reply) => {
      this.seeds = { ...reply, features: this.data.features, classes: this.data.classNames.length, weights: decodeFloats(reply.weights), loss: decodeFloats(reply.loss), accuracy: decodeFloats(reply.accuracy) };
      this.seedsStale = this.seedsBusy = false;
    });
  }

  // The address

  saveState() {
    if (this.readOnly || !this.address) return;
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.saveNow(), 250);
  }

  saveNow() {
    clearTimeout(this.saving);
    this.address?.(hashFromState({ ...this.state, epoch: this.epoch < (this.run?.loss.length ?? 0) ? this.epoch : null, course: this.course }));
  }

  /** Where the state goes as a hash; none in a notebook or a file. @type {((hash: string) => void) | undefined} */
  address;

  /** @type {any} */
  saving;

  /** The window of the features shown. @override */
  fitWindow() { this.window = windowAround(this.data.points, this.data.features, this.axes); }

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

  /** @override */
  selected() { this.host.selected?.(this.pinnedPoint); }
}
