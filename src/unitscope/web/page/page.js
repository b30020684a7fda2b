// @ts-check
/** The page: its parts, wired; its settings, what is trained with them, and when it paints. */

import { hashOf } from "./address.js";
import { Comparison } from "./comparison.js";
import { Dataset } from "./dataset.js";
import { Elsewhere } from "./elsewhere.js";
import { Explanation } from "./explanation.js";
import { Playback } from "./playback.js";
import { Requests } from "./requests.js";
import { Scales } from "./scales.js";
import { Seeds } from "./seeds.js";
import { Selection } from "./selection.js";
import { Tables } from "./table.js";
import { lookOf } from "../pure/colors.js";
import { counted, dataFromWire, dataToWire, pointName } from "../pure/data.js";
import { planeFromWire } from "../pure/plane.js";
import { Views } from "./views.js";
import { weightsOfClasses } from "./state.js";

/** @import * as scene from "../pure/scene.d.ts" */
/** @import { View } from "../pure/view.js" */
/** @import { Exported } from "../panels/pictures.js" */
/** @import { HiddenPlace } from "./address.js" */
/** @import { Answer, Kind, Progress, Request } from "./requests.js" */
/** @import { Lessons } from "../lessons/lessons.js" */
/** @import { State } from "./state.js" */

const SOON = 24; // ms that a point dragged waits for its network, so that both are painted at once
/** @type {Partial<Record<Kind, string>>} */
const WAITING = { train: "Training …", dataset: "Making data …", table: "Reading the file …" };

/**
 * Who answers the page: a server, a notebook's kernel, or for a file its own worker or nobody.
 * @typedef {object} Host
 * @property {(request: Request, progress?: Progress) => Promise<Answer>} ask
 * @property {boolean} readOnly nothing is trained
 * @property {boolean} [alone] there is no Python: it writes no files
 * @property {boolean} [makesSets] all the same, it makes sets and reads tables
 * @property {string} [facts] what stands in the place of those that only Python tells
 * @property {boolean} [noCourse] the lab's own start is not here
 * @property {(epoch: number | null) => scene.ClaimScene[] | null} [claimsAt] what is known of an
 *   epoch, or of weights changed by hand
 * @property {boolean} [tellsHere] the page tells the story by itself where nothing else is known
 */

/**
 * @typedef {object} Panel
 * @property {HTMLElement} node
 * @property {(view: View) => void} update
 * @property {Exported | null} [exported]
 * @property {() => void} [close]
 * @property {boolean} [away] from the screen
 */

/** A hidden layer, its unit across or up, or the output that its space shows.
 * @typedef {Partial<HiddenPlace> & {output?: number}} HiddenPatch */

export class Page {
  /** @param {Host} host @param {scene.Hello | scene.FileScene} hello @param {State} state */
  constructor(host, hello, state) {
    this.host = host;
    this.hello = hello;
    this.state = state;
    this.readOnly = host.readOnly;
    this.alone = host.readOnly || !!host.alone;
    this.makesSets = !this.alone || !!host.makesSets;
    this.course = hello.first.run.course; // whether the lab's own start is wanted where it fits
    this.trainedHere = false; // whether the run is one that the page asked for
    this.theme = "light";
    this.look = lookOf(hello.theme, "light");
    /** @type {View | null} */ this.view = null;
    /** @type {Views} */ this.views = new Views(this);
    /** @type {HiddenPlace} */ this.hidden = { layer: 0, across: null, up: null };
    this.hiddenOutput = -1;
    this.status = "";
    this.refusal = ""; // stays until the next training, or until it is sent away
    /** @type {Set<Kind>} */ this.waiting = new Set();
    this.painting = false; // asked for
    this.printing = false; // the next picture must be whole
    /** @type {number | undefined} */ this.soon = undefined;
    /** @type {number | undefined} */ this.saving = undefined;
    /** @type {(Panel | Pick<Panel, "update">)[]} */ this.panels = [];
    /** @type {Requests} */ this.requests = new Requests(
      (request, progress) => host.ask(request, progress),
      {
        refused: (kind, message) => {
          if (kind === "seeds") this.seeds.busy = false;
          if (kind === "explain") return this.explanation.refused(message);
          if (kind === "train") this.dataset.takeBack();
          if (kind === "table") this.tables.refused(message);
          else this.refused(message);
        },
        waiting: (kind, on) => this.waitFor(kind, on),
        done: () => this.changed(),
      },
    );
    /** @type {Scales} */ this.scales = new Scales(this);
    /** @type {Selection} */ this.selection = new Selection(this);
    /** @type {Seeds} */ this.seeds = new Seeds(this);
    /** @type {Dataset} */ this.dataset = new Dataset(
      this,
      dataFromWire(hello.first.data),
      planeFromWire(hello.first.run.plane),
    );
    /** @type {Tables} */ this.tables = new Tables(this);
    /** @type {Playback} */ this.playback = new Playback(this, hello.first.run);
    /** @type {Explanation} */ this.explanation = new Explanation(this, hello.first.claims);
    /** @type {Elsewhere} */ this.elsewhere = new Elsewhere(this, hello.first);
    /** @type {Comparison} */ this.comparison = new Comparison(this, hello.first);
  }

  /** Called once, after the next training. @type {(() => void) | undefined} */
  afterTraining;

  // What `openScope` gives
  /** Say something to those who hear the page. @param {string} _words */
  announce(_words) {}
  /** Follow the system's theme. @type {(() => void) | undefined} */
  followTheme;
  /** Open the list of keys. @type {(() => void) | undefined} */
  openHelp;
  /** The lessons, where there are any. @type {(() => Promise<Lessons>) | undefined} */
  lessons;
  /** Put all into the address that is to be shared. @type {(() => Promise<void>) | undefined} */
  shared;
  /** Take the page down. @type {(() => void) | undefined} */
  close;
  /** Show the status line alone. @type {(() => void) | undefined} */
  showStatus;
  /** Show that pictures are of before. @type {(() => void) | undefined} */
  showBehind;
  /** Told after every picture. @type {((view: View) => void) | undefined} */
  painted;
  /**
   * Where the state goes as a hash; none in a notebook or a file.
   * @type {((hash: string) => void) | undefined}
   */
  address;

  get data() {
    return this.dataset.data;
  }

  get run() {
    return this.playback.run;
  }

  // Painting

  /** @param {string} name "light" or "dark" */
  showTheme(name) {
    this.theme = name;
    this.look = lookOf(this.hello.theme, name);
    this.changed();
  }

  /** Ask for a repaint. */
  changed() {
    if (this.painting) return;
    this.painting = true;
    requestAnimationFrame((now) => {
      this.painting = false;
      this.paint(now);
    });
  }

  /** Ask for a repaint, unless one with the network of these points is there first. */
  changedSoon() {
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.changed(), SOON);
  }

  /** @param {number} now ms */
  paint(now) {
    clearTimeout(this.soon);
    // The picture stays until these data are trained on.
    if (!this.fits()) return this.showStatus?.();
    if (this.playback.playing && !this.views.pending) this.playback.playOn(now);
    const view = this.views.now();
    if (!view) return this.showStatus?.(); // a worker computes it
    this.view = view;
    this.explanation.follow(now);
    for (const panel of this.panels) {
      const hidden = "away" in panel && panel.away;
      if (!(hidden && this.dataset.dragging)) panel.update(view); // words wait for the release
    }
    if (!this.playback.playing) this.saveState();
    this.painted?.(view);
    if (this.playback.playing) this.changed();
  }

  /** Whether the run is one of these data, or of such as these were before an edit. */
  fits() {
    return !this.dataset.untrained && this.run.features === this.data.features &&
      this.run.classes === this.data.classNames.length;
  }

  /** @param {number} layer @param {number} j @returns {string} */
  unitName(layer, j) {
    return layer === this.run.layers.length - 1
      ? `output ${this.data.classNames[j]}`
      : `unit ${j} of layer ${layer + 1}`;
  }

  // Settings and training

  /** @returns {scene.RecipeScene} the recipe as it is sent */
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
      standardize: state.standardize === "auto" ? "auto" : state.standardize === "true",
      class_weight: weightsOfClasses(state.classWeight, this.data.classNames.length),
    };
  }

  /** After how many epochs without a lower test loss to stop; never without test points. */
  get patience() {
    return this.data.heldOut ? this.state.earlyStopping : null;
  }

  /**
   * Stop so early from now on, by the test points; a fifth is held out where there are none.
   * @param {number | null} patience
   */
  stopEarly(patience) {
    this.state.earlyStopping = patience;
    if (patience === null || this.data.heldOut) this.change({});
    else this.dataset.changeSplit(80);
  }

  /**
   * Change settings and train again at once.
   * @param {Partial<State>} patch
   * @param {{course?: boolean}} [start]
   */
  change(patch, { course } = {}) {
    Object.assign(this.state, patch);
    if (course !== undefined) this.course = course;
    if (Object.keys(patch).some((name) => name !== "seed")) this.seeds.stale = true;
    this.elsewhere.asked = true;
    this.train();
  }

  /** Change how things are shown; nothing is trained. @param {Partial<State>} patch */
  show(patch) {
    Object.assign(this.state, patch);
    this.scales.clear();
    this.changed();
  }

  train() {
    if (this.readOnly || this.elsewhere.answers(this.fits())) return;
    this.explanation.stale = true;
    const { refusal } = this;
    let set = this.dataset.number;
    this.requests.ask("train", {
      make: () => (set = this.dataset.number, {
        data: dataToWire(this.data),
        recipe: this.recipe(),
        early_stopping: this.patience,
        course: this.course && this.fitsCourse(),
        start: null,
        explain: !this.dataset.dragging,
        window: this.dataset.windowToWire(),
      }),
      take: ({ run, claims }) => {
        if (set !== this.dataset.number) return; // another set is there, which is trained on next
        this.say("");
        if (this.refusal === refusal) this.refusal = "";
        if (run.stopped) this.say(run.stopped, true);
        this.trainedHere = true;
        this.takeRun(run, claims);
        const after = this.afterTraining;
        this.afterTraining = undefined;
        after?.();
      },
      progress: (done, of) => {
        const words = `Training ${this.dataset.name}: epoch ${counted(done)} of ${counted(of)}`;
        this.say(done < of ? words : `${words}. Its words come next …`);
      },
    });
  }

  /** @param {scene.RunScene} wire @param {scene.ClaimScene[]} [claims] */
  takeRun(wire, claims) {
    this.explanation.ofEnd = claims ?? null;
    this.playback.takeRun(wire);
    this.dataset.takePlane(planeFromWire(wire.plane));
    Object.assign(this.dataset, { untrained: false, before: null });
    this.selection.keepUnitsOf(this.run.layers);
    this.changed();
  }

  newStart() {
    this.change({ seed: (this.state.seed + 1) % 2 ** 31 }, { course: false });
  }

  /** Whether the course lab's start fits these settings. */
  fitsCourse() {
    const { state, data } = this, { course } = this.hello;
    if (this.host.noCourse) return false;
    const held = data.heldOut ? data.heldOut.filter(Boolean).length : 0;
    return data.features === course.features && data.classNames.length === course.classes &&
      data.labels.length - held === course.points &&
      state.networkShape.join() === course.hidden.join() &&
      state.activation === course.activation && state.batchSize === course.batch_size &&
      state.epochs <= course.epochs;
  }

  /** @param {HiddenPatch} patch */
  showHidden({ output, ...place }) {
    if (output !== undefined) this.hiddenOutput = output;
    if (place.layer !== undefined) Object.assign(this.hidden, { across: null, up: null }, place);
    else if (this.view?.hidden && ("across" in place || "up" in place)) {
      const [across, up] = this.view.hidden.axes;
      Object.assign(this.hidden, { across, up }, place);
    }
    this.changed();
  }

  // Words

  /** Say that an answer takes long, or take that back. @param {Kind} kind @param {boolean} on */
  waitFor(kind, on) {
    const words = WAITING[kind];
    if (!words) return;
    if (on) {
      this.waiting.add(kind);
      this.say(words);
    } else {
      this.waiting.delete(kind);
      if (this.status === words) this.say("");
    }
  }

  /** @param {string} message */
  refused(message) {
    this.say(message, true);
    this.announce(message);
  }

  /** Put words into the status line. @param {string} words @param {boolean} [bad] */
  say(words, bad = false) {
    if (bad) this.refusal = words;
    else this.status = words;
    this.changed();
  }

  /** Send a refusal away. */
  calm() {
    this.refusal = "";
    this.changed();
  }

  /** @param {number} point */
  announcePoint(point) {
    const { data, view } = this;
    if (!view) return;
    const { rows } = this.dataset.where(),
      at = [rows[2 * point], rows[2 * point + 1]].map((value) => value.toPrecision(3));
    const name = data.classNames[data.labels[point]],
      guess = data.classNames[view.predicted[point]];
    this.announce(`${pointName(data, point)} of ${name} at ${at.join(", ")}, predicted ${guess}`);
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
}
