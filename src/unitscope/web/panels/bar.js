// @ts-check
/** Play and its epoch; the settings of a training, those seldom changed behind "More". */

import {
  choice,
  element,
  iconButton,
  labelled,
  plainOptions,
  setOptions,
  symbol,
} from "./elements.js";
import { moreSettings } from "./settings.js";

/** @import { Page, Panel } from "../page/page.js" */

const RATES = ["0.0001", "0.0003", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1"];
/** @type {Record<string, string>} */
const NAMES = { relu: "ReLU", adam: "Adam", sgd: "SGD" };
const PENALTIES = ["0", "0.0001", "0.001", "0.003", "0.01", "0.03", "0.1"];

/**
 * The options with one more where the value is not among them.
 * @param {string[]} values
 * @param {number} value
 */
const optionsWith = (values, value) =>
  plainOptions(
    values.some((known) => Number(known) === value)
      ? values
      : [...values, String(value)].sort((a, b) => Number(a) - Number(b)),
  );

/** @param {string[]} values @param {number} value */
const wordFor = (values, value) => values.find((known) => Number(known) === value) ?? String(value);

/** @param {Page} page @returns {Panel} */
export function topBar(page) {
  const { limits, activations, optimizers } = page.hello;
  const seed = seedField(page);
  const rate = choice([], "", (value) => page.change({ learningRate: Number(value) }), {
    id: "learning-rate",
  });
  const activation = choice(
    activations.map((name) => [name, NAMES[name] ?? name]),
    "relu",
    (value) => page.change({ activation: value }),
    { id: "activation" },
  );
  const optimizer = choice(
    optimizers.map((name) => [name, NAMES[name] ?? name]),
    "adam",
    (value) => page.change({ optimizer: value }),
    { id: "optimizer" },
  );
  const l1 = choice([], "0", (value) => page.change({ l1: Number(value) }), { id: "l1" });
  const l2 = choice([], "0", (value) => page.change({ l2: Number(value) }), { id: "l2" });
  const batch = numberField("batchSize", 1, limits.points, (value) => {
    page.change({ batchSize: value });
  });
  const epochs = numberField("epochs", 1, limits.epochs, (value) => {
    page.change({ epochs: value });
  });
  const labStart = element("button", {
    type: "button",
    id: "course-start",
    class: "edged",
    onclick: () => page.change({}, { course: true }),
  }, "The lab's start");
  const more = moreSettings(
    page,
    labelled("Optimizer", optimizer),
    labelled("L1", l1),
    labelled("L2", l2),
    labelled("Batch", batch),
    labelled("Epochs", epochs),
    labelled("Seed", seed),
    element(
      "div",
      { class: "row" },
      element(
        "button",
        { type: "button", id: "new-start", class: "edged", onclick: () => page.newStart() },
        "New start",
      ),
      labStart,
    ),
  );
  const settings = [labelled("Learning rate", rate), labelled("Activation", activation), more.node];
  const node = element(
    "div",
    { class: "bar", role: "group", "aria-label": "Training" },
    element("h2", {}, "Network"),
    ...settings,
  );
  function update() {
    const { state, run } = page;
    setOptions(rate, optionsWith(RATES, state.learningRate), wordFor(RATES, state.learningRate));
    setOptions(l1, optionsWith(PENALTIES, state.l1), wordFor(PENALTIES, state.l1));
    setOptions(l2, optionsWith(PENALTIES, state.l2), wordFor(PENALTIES, state.l2));
    activation.value = state.activation;
    optimizer.value = state.optimizer;
    showNumber(batch, state.batchSize);
    showNumber(epochs, state.epochs);
    showSeed(page, seed);
    more.update();
    for (const setting of settings) setting.hidden = page.readOnly;
    labStart.hidden = run.course || !page.fitsCourse();
  }
  return { node, update, close: more.close };
}

/** Whose start it is: a seed's, or where the field is empty the course lab's. @param {Page} page */
function seedField(page) {
  const most = 2 ** 31 - 1;
  const seed = element("input", {
    type: "number",
    min: 0,
    max: most,
    step: 1,
    id: "seed",
    onchange: () => {
      if (seed.value === "") return page.change({}, { course: true });
      const value = Math.round(Math.min(most, Math.max(0, Number(seed.value) || 0)));
      page.change({ seed: value }, { course: false });
    },
  });
  return seed;
}

/** @param {Page} page @param {HTMLInputElement} seed */
function showSeed({ run, state }, seed) {
  seed.placeholder = run.course ? "the lab's" : "";
  seed.title = run.course
    ? "This run starts from the course lab's own weights; a number here is another start."
    : "";
  if (document.activeElement !== seed) seed.value = run.course ? "" : String(state.seed);
}

/**
 * On a phone Play stands over the page's end: what it plays comes into view above it.
 * @param {HTMLElement} transport
 */
function showMapAbove(transport) {
  const panel = transport.closest(".playing");
  if (!panel || getComputedStyle(panel).position !== "sticky") return;
  panel.closest(".unitscope")?.querySelector(".plane")?.scrollIntoView({ block: "nearest" });
}

/** Play, back and on. @param {Page} page */
export function transportOf(page) {
  const { playback } = page;
  const play = element("button", {
    type: "button",
    class: "play",
    id: "play",
    "aria-label": "Play",
    onclick: () => {
      playback.togglePlay();
      if (playback.playing) showMapAbove(node);
    },
  });
  const reset = "Reset to the start: the same seed";
  const step = iconButton("One epoch on", "step", () => playback.step(1), { id: "step" });
  const node = element(
    "div",
    { class: "transport" },
    play,
    iconButton(reset, "reset", () => playback.reset(), { id: "reset" }),
    step,
  );

  function update() {
    step.disabled = playback.epoch >= page.run.loss.length;
    const words = playback.playing ? "Pause" : "Play";
    if (play.getAttribute("aria-label") === words && play.firstChild) return;
    play.replaceChildren(symbol(playback.playing ? "pause" : "play"));
    play.setAttribute("aria-label", words);
  }
  return { node, update };
}

/**
 * @param {string} name
 * @param {number} low
 * @param {number} high
 * @param {(value: number) => void} take
 */
function numberField(name, low, high, take) {
  const input = element("input", {
    type: "number",
    min: low,
    max: high,
    id: name,
    step: 1,
    onchange: () => {
      const value = Math.round(Math.min(high, Math.max(low, Number(input.value) || 0)));
      input.value = String(value);
      take(value);
    },
  });
  return input;
}

/**
 * Put a number into a field, but for one that is being typed in.
 * @param {HTMLInputElement} input
 * @param {number} value
 */
function showNumber(input, value) {
  if (document.activeElement !== input) input.value = String(value);
}
