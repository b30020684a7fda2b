// @ts-check
/** The bar on top: transport and epoch, the recipe's settings, where a training starts. */

import {
  choice,
  element,
  iconButton,
  labelled,
  plainOptions,
  setOptions,
  setText,
  symbol,
} from "./elements.js";

/** @import { Page, Panel } from "../page/page.js" */

const RATES = ["0.0001", "0.0003", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1"];
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
  const transport = transportOf(page), recipe = recipeFields(page);
  const node = element(
    "div",
    { class: "bar", role: "group", "aria-label": "Training" },
    transport.node,
    recipe.node,
  );

  function update() {
    transport.update();
    recipe.update();
  }
  return { node, update };
}

/** Reset, play, step, and the epoch. @param {Page} page */
function transportOf(page) {
  const { playback } = page;
  const play = element("button", {
    type: "button",
    class: "play",
    id: "play",
    "aria-label": "Play",
    onclick: () => playback.togglePlay(),
  });
  const epoch = element("output", { class: "epoch", id: "epoch-count" });
  const reset = "Reset to the start: the same seed";
  const node = element(
    "div",
    { class: "transport" },
    iconButton(reset, "reset", () => playback.reset(), { id: "reset" }),
    play,
    iconButton("One epoch on", "step", () => playback.step(1), { id: "step" }),
    element("span", { class: "counter" }, element("small", {}, "Epoch"), epoch),
  );

  function update() {
    const words = playback.playing ? "Pause" : "Play";
    setText(epoch, String(playback.epoch).padStart(6, "0").replace(/(\d{3})$/, ",$1"));
    if (play.getAttribute("aria-label") === words && play.firstChild) return;
    play.replaceChildren(symbol(playback.playing ? "pause" : "play"));
    play.setAttribute("aria-label", words);
  }
  return { node, update };
}

/** The recipe's settings, and where a training starts. @param {Page} page */
function recipeFields(page) {
  const { limits, activations, optimizers } = page.hello;
  const seed = numberField("seed", 0, 2 ** 31 - 1, (value) => {
    page.change({ seed: value }, { course: false });
  });
  const rate = choice([], "", (value) => page.change({ learningRate: Number(value) }), {
    id: "learning-rate",
  });
  const activation = choice(
    plainOptions(activations),
    "relu",
    (value) => page.change({ activation: value }),
    { id: "activation" },
  );
  const optimizer = choice(
    plainOptions(optimizers),
    "adam",
    (value) => page.change({ optimizer: value }),
    { id: "optimizer" },
  );
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
    onclick: () => page.change({}, { course: true }),
  }, "The lab's start");
  const node = element(
    "div",
    { class: "recipe" },
    labelled("Learning rate", rate),
    labelled("Activation", activation),
    labelled("Optimizer", optimizer),
    labelled("L2", l2),
    labelled("Batch", batch),
    labelled("Epochs", epochs),
    labelled("Seed", seed),
    element(
      "button",
      { type: "button", id: "new-start", onclick: () => page.newStart() },
      "New start",
    ),
    labStart,
  );

  function update() {
    const { state, run } = page;
    setOptions(rate, optionsWith(RATES, state.learningRate), wordFor(RATES, state.learningRate));
    setOptions(l2, optionsWith(PENALTIES, state.l2), wordFor(PENALTIES, state.l2));
    activation.value = state.activation;
    optimizer.value = state.optimizer;
    showNumber(batch, state.batchSize);
    showNumber(epochs, state.epochs);
    showNumber(seed, state.seed);
    node.hidden = page.readOnly;
    labStart.hidden = run.course || !page.fitsCourse();
    seed.title = run.course
      ? "This run starts from the course lab's own weights; a seed of your own counts from here."
      : "";
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
