// @ts-check
/** Controls: the bar on top (transport and recipe) and the data's (set, points, classes). */

import {
  choice,
  cutName,
  element,
  iconButton,
  labelled,
  numbered,
  setOptions,
  setText,
  symbol,
} from "./elements.js";
import { markerPicture } from "./markers.js";
import { OWN_DATA } from "../page/dataset.js";

/** @import { Tool } from "../page/dataset.js" */
/** @import { Page, Panel } from "../page/page.js" */

const RATES = ["0.0001", "0.0003", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1"];
const PENALTIES = ["0", "0.0001", "0.001", "0.003", "0.01", "0.03", "0.1"];

/** @template {string} Value @param {Value[]} values @returns {[Value, string][]} */
const plainOptions = (values) => values.map((value) => [value, value]);

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
  const play = element("button", {
    type: "button",
    class: "play",
    id: "play",
    "aria-label": "Play",
    onclick: () => page.playback.togglePlay(),
  });
  const epoch = element("output", { class: "epoch", id: "epoch-count" });
  const transport = element(
    "div",
    { class: "transport" },
    iconButton("Reset to the start: the same seed", "reset", () => page.playback.reset(), {
      id: "reset",
    }),
    play,
    iconButton("One epoch on", "step", () => page.playback.step(1), { id: "step" }),
    element("span", { class: "counter" }, element("small", {}, "Epoch"), epoch),
  );
  const { limits } = page.hello;
  const seed = numberField("seed", 0, 2 ** 31 - 1, (value) => {
    page.change({ seed: value }, { course: false });
  });
  const rate = choice([], "", (value) => page.change({ learningRate: Number(value) }), {
    id: "learning-rate",
  });
  const activation = choice(
    plainOptions(page.hello.activations),
    "relu",
    (value) => page.change({ activation: value }),
    { id: "activation" },
  );
  const optimizer = choice(
    plainOptions(page.hello.optimizers),
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
  const fields = element(
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
  const node = element(
    "div",
    { class: "bar", role: "group", "aria-label": "Training" },
    transport,
    fields,
  );

  function update() {
    const { state, run } = page;
    setText(epoch, String(page.playback.epoch).padStart(6, "0").replace(/(\d{3})$/, ",$1"));
    if (
      play.getAttribute("aria-label") !== (page.playback.playing ? "Pause" : "Play") ||
      !play.firstChild
    ) {
      play.replaceChildren(symbol(page.playback.playing ? "pause" : "play"));
      play.setAttribute("aria-label", page.playback.playing ? "Pause" : "Play");
    }
    setOptions(rate, optionsWith(RATES, state.learningRate), wordFor(RATES, state.learningRate));
    setOptions(l2, optionsWith(PENALTIES, state.l2), wordFor(PENALTIES, state.l2));
    activation.value = state.activation;
    optimizer.value = state.optimizer;
    showNumber(batch, state.batchSize);
    showNumber(epochs, state.epochs);
    showNumber(seed, state.seed);
    fields.hidden = page.readOnly;
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

/** @param {Page} page @returns {Panel} */
export function dataControls(page) {
  const sets = choice([], "lab", (value) => page.dataset.chooseDataset(value), { id: "dataset" });
  const file = element("input", {
    type: "file",
    accept: ".csv,.tsv,.txt,text/csv",
    class: "hidden-file",
    id: "file",
    onchange: () => page.dataset.loadTable(file),
  });
  const target = choice([], "", (value) => page.dataset.chooseTarget(value), { id: "target" });
  const targetField = labelled("Class column", target, { hidden: true });
  const standardize = element("input", {
    type: "checkbox",
    id: "standardize",
    onchange: () => page.dataset.chooseStandardize(standardize.checked),
  });
  const standardizeField = element(
    "label",
    { class: "check", hidden: true },
    standardize,
    "standardize",
  );
  const n = slider("Points", "n", [10, 1000, 10], (value) => {
    page.dataset.changeDataset({ n: value });
  });
  const noise = slider("Noise", "noise", [0, 3, 0.05], (value) => {
    page.dataset.changeDataset({ noise: value });
  });
  const test = slider("Test points", "percTrainData", [0, 90, 10], (value) => {
    page.dataset.changeSplit(100 - value);
  });
  const axisX = choice([], "0", (value) => page.dataset.chooseAxis(0, Number(value)), {
    "aria-label": "Feature across",
  });
  const axisY = choice([], "1", (value) => page.dataset.chooseAxis(1, Number(value)), {
    "aria-label": "Feature upwards",
  });
  const axes = element("div", { class: "row", hidden: true }, "Shown:", axisX, axisY);
  const showTest = element("input", {
    type: "checkbox",
    id: "show-test",
    onchange: () => page.show({ showTestData: showTest.checked }),
  });
  const showTestField = element(
    "label",
    { class: "check", id: "show-test-field" },
    showTest,
    "Show test data",
  );
  const tools = toolButtons(page);
  const node = element(
    "div",
    { class: "data-controls" },
    labelled("Data", sets),
    element("button", { type: "button", onclick: () => file.click() }, "Load CSV …"),
    file,
    targetField,
    standardizeField,
    n.node,
    noise.node,
    test.node,
    showTestField,
    axes,
    tools.node,
  );

  function update() {
    const { state, data } = page;
    node.hidden = page.readOnly;
    const { table } = page.dataset,
      known = plainOptions(page.hello.datasets.map(({ name }) => name));
    if (state.dataset === OWN_DATA) known.unshift([OWN_DATA, "the run's own"]);
    if (table) known.push(["table", table.name]);
    setOptions(sets, known, table ? "table" : state.dataset);
    const set = table ? null : page.hello.datasets.find(({ name }) => name === state.dataset);
    n.node.hidden = !set || !set.has_n;
    noise.node.hidden = !set || !set.has_noise;
    targetField.hidden = !table;
    standardizeField.hidden = !table;
    if (table) setOptions(target, plainOptions(table.columns), table.target);
    standardize.checked = state.standardize;
    showTest.checked = state.showTestData;
    showTestField.hidden = !data.heldOut;
    axes.hidden = data.features < 3;
    const features = numbered(data.featureNames);
    setOptions(axisX, features, String(page.dataset.axes[0]));
    setOptions(axisY, features, String(page.dataset.axes[1]));
    n.update(state.n);
    noise.update(state.noise);
    test.update(100 - state.percTrainData, `${100 - state.percTrainData}%`);
    tools.update();
  }
  return { node, update };
}

/**
 * @param {string} words
 * @param {string} name
 * @param {[number, number, number]} range the least, the most, the step
 * @param {(value: number) => void} take
 */
function slider(words, name, [low, high, step], take) {
  const value = element("output");
  const input = element("input", {
    type: "range",
    min: low,
    max: high,
    step,
    id: name,
    oninput: () => {
      setText(value, input.value);
      take(Number(input.value));
    },
  });
  const node = element("label", { class: "field" }, element("span", {}, words, " ", value), input);
  return {
    node,
    update: (/** @type {number} */ now, text = String(now)) => {
      if (Number(input.value) !== now) input.value = String(now);
      setText(value, text);
    },
  };
}

/** @type {[Tool, string][]} */
const TOOLS = [["move", "Move"], ["add", "Add"], ["erase", "Erase"], ["relabel", "Relabel"]];

/** The chips of the classes, the tools and undo. @param {Page} page */
function toolButtons(page) {
  const chips = element("div", {
    class: "chips",
    role: "group",
    "aria-label": "Class of new points",
  });
  const modes = element(
    "div",
    { class: "row", role: "group", "aria-label": "What a click does" },
    ...TOOLS.map(([tool, words]) =>
      element("button", {
        type: "button",
        class: "mode",
        "data-tool": tool,
        onclick: () => page.dataset.chooseTool(tool),
      }, words)
    ),
  );
  const undo = iconButton("Undo", "undo", () => page.dataset.undo(), { id: "undo" }),
    redo = iconButton("Redo", "redo", () => page.dataset.redo(), { id: "redo" });
  const fewer = iconButton("Remove the last class", "−", () => page.dataset.changeClasses(-1), {
      id: "remove-class",
    }),
    more = iconButton("Add a class", "+", () => page.dataset.changeClasses(1), { id: "add-class" });
  const count = element("span");
  const node = element(
    "div",
    { class: "tools" },
    element("div", { class: "row" }, fewer, count, more, undo, redo),
    chips,
    modes,
  );
  let key = "";
  function update() {
    const { data, look } = page;
    setText(count, `${data.classNames.length} classes`);
    undo.disabled = !page.dataset.canUndo();
    redo.disabled = !page.dataset.canRedo();
    const now = JSON.stringify([data.classNames, look.name]);
    if (now !== key) {
      key = now;
      chips.replaceChildren(
        ...data.classNames.map((name, k) =>
          element(
            "button",
            {
              type: "button",
              class: "chip",
              title: name,
              onclick: () => page.dataset.chooseClass(k),
            },
            markerPicture(look, k),
            cutName(name),
          )
        ),
      );
    }
    [...chips.children].forEach((chip, k) =>
      chip.setAttribute("aria-pressed", String(page.dataset.chosenClass === k))
    );
    for (const mode of modes.querySelectorAll("button")) {
      mode.setAttribute("aria-pressed", String(mode.dataset.tool === page.dataset.tool));
    }
  }
  return { node, update };
}
