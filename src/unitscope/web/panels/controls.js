// @ts-check
/** Controls: the bar on top (reset, play, step, epoch, recipe) and the data's (set, points, classes, split). */

import {
  choice,
  cutName,
  element,
  iconButton,
  labelled,
  setOptions,
  setText,
  symbol,
} from "./elements.js";
import { markerPicture } from "./canvas.js";

const RATES = ["0.0001", "0.0003", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1"];
const PENALTIES = ["0", "0.0001", "0.001", "0.003", "0.01", "0.03", "0.1"];

/** @param {string[]} values @returns {[string, string][]} */
const plainOptions = (values) => values.map((value) => [value, value]);

/** The options with one more where the value is not among them. @param {string[]} values @param {number} value */
const optionsWith = (values, value) =>
  plainOptions(
    values.some((known) => Number(known) === value)
      ? values
      : [...values, String(value)].sort((a, b) => Number(a) - Number(b)),
  );

/** @param {string[]} values @param {number} value */
const wordFor = (values, value) => values.find((known) => Number(known) === value) ?? String(value);

/** @param {any} page @returns {import("../page/page.js").Panel} */
export function topBar(page) {
  const play = element("button", {
    type: "button",
    class: "play",
    id: "play",
    "aria-label": "Play",
    onclick: () => page.togglePlay(),
  });
  const epoch = element("output", { class: "epoch", id: "epoch-count" });
  const transport = element(
    "div",
    { class: "transport" },
    iconButton("Reset to the start: the same seed", "reset", () => page.reset(), { id: "reset" }),
    play,
    iconButton("One epoch on", "step", () => page.step(1), { id: "step" }),
    element("span", { class: "counter" }, element("small", {}, "Epoch"), epoch),
  );
  const seed = numberField(page, "seed", 0, 2 ** 31 - 1, { step: 1 });
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
  const batch = numberField(page, "batchSize", 1, 10000, { step: 1 });
  const epochs = numberField(page, "epochs", 1, page.hello.limits.epochs, { step: 1 });
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
    element("button", {
      type: "button",
      id: "course-start",
      onclick: () => page.change({}, { course: true }),
    }, "The lab's start"),
  );
  const node = element(
    "div",
    { class: "bar", role: "group", "aria-label": "Training" },
    transport,
    fields,
  );

  function update() {
    const { state, run } = page;
    setText(epoch, String(page.epoch).padStart(6, "0").replace(/(\d{3})$/, ",$1"));
    if (play.getAttribute("aria-label") !== (page.playing ? "Pause" : "Play") || !play.firstChild) {
      play.replaceChildren(symbol(page.playing ? "pause" : "play"));
      play.setAttribute("aria-label", page.playing ? "Pause" : "Play");
    }
    setOptions(rate, optionsWith(RATES, state.learningRate), wordFor(RATES, state.learningRate));
    setOptions(l2, optionsWith(PENALTIES, state.l2), wordFor(PENALTIES, state.l2));
    activation.value = state.activation;
    optimizer.value = state.optimizer;
    for (
      const [input, value]
        of /** @type {[HTMLInputElement, number][]} */ ([[batch, state.batchSize], [
          epochs,
          state.epochs,
        ], [seed, state.seed]])
    ) {
      if (document.activeElement !== input) input.value = String(value);
    }
    fields.hidden = page.readOnly;
    fields.querySelector("#course-start").hidden = run.course || !page.fitsCourse();
    seed.title = run.course
      ? "This run starts from the course lab's own weights; a seed of your own is counted from here."
      : "";
  }
  return { node, update };
}

/** @param {any} page @param {string} name @param {number} low @param {number} high @param {Record<string, any>} attributes @returns {HTMLInputElement} */
function numberField(page, name, low, high, attributes) {
  const input = element("input", {
    type: "number",
    min: low,
    max: high,
    id: name,
    ...attributes,
    onchange: () => {
      const value = Math.round(Math.min(high, Math.max(low, Number(input.value) || 0)));
      input.value = String(value);
      page.change({ [name]: value }, name === "seed" ? { course: false } : {});
    },
  });
  return input;
}

export const OWN_DATA = "own"; // the name of a notebook's data, which no set of the list gave

/** @param {any} page @returns {import("../page/page.js").Panel} */
export function dataControls(page) {
  const sets = choice([], "lab", (value) => page.chooseDataset(value), { id: "dataset" });
  const file = element("input", {
    type: "file",
    accept: ".csv,.tsv,.txt,text/csv",
    class: "hidden-file",
    id: "file",
    onchange: () => page.loadTable(file),
  });
  const target = choice([], "", (value) => page.chooseTarget(value), { id: "target" });
  const targetField = labelled("Class column", target, { hidden: true });
  const standardize = element("input", {
    type: "checkbox",
    id: "standardize",
    onchange: () => page.chooseStandardize(standardize.checked),
  });
  const standardizeField = element(
    "label",
    { class: "check", hidden: true },
    standardize,
    "standardize",
  );
  const n = slider(page, "Points", "n", 10, 1000, 10),
    noise = slider(page, "Noise", "noise", 0, 3, 0.05),
    test = slider(page, "Test points", "percTrainData", 0, 90, 10);
  const axisX = choice([], "0", (value) => page.chooseAxis(0, Number(value)), {
    "aria-label": "Feature across",
  });
  const axisY = choice([], "1", (value) => page.chooseAxis(1, Number(value)), {
    "aria-label": "Feature upwards",
  });
  const axes = element("div", { class: "row", hidden: true }, "Shown:", axisX, axisY);
  const showTest = element("input", {
    type: "checkbox",
    id: "show-test",
    onchange: () => page.show({ showTestData: showTest.checked }),
  });
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
    element("label", { class: "check", id: "show-test-field" }, showTest, "Show test data"),
    axes,
    tools.node,
  );

  function update() {
    const { state, data } = page;
    node.hidden = page.readOnly;
    const own = page.hello.datasets.map((/** @type {any} */ set) => [set.name, set.name]);
    if (state.dataset === OWN_DATA) own.unshift([OWN_DATA, "the run's own"]);
    setOptions(
      sets,
      [...own, ...(page.table ? [["table", page.table.name]] : [])],
      page.table ? "table" : state.dataset,
    );
    const set = page.hello.datasets.find((/** @type {any} */ known) =>
      known.name === state.dataset && !page.table
    );
    n.node.hidden = !set || !set.has_n;
    noise.node.hidden = !set || !set.has_noise;
    targetField.hidden = !page.table;
    standardizeField.hidden = !page.table;
    if (page.table) setOptions(target, plainOptions(page.table.columns), page.table.target);
    standardize.checked = state.standardize;
    showTest.checked = state.showTestData;
    node.querySelector("#show-test-field").hidden = !data.heldOut;
    axes.hidden = data.features < 3;
    const features = data.featureNames.map((
      /** @type {string} */ name,
      /** @type {number} */ i,
    ) => [String(i), name]);
    setOptions(axisX, features, String(page.axes[0]));
    setOptions(axisY, features, String(page.axes[1]));
    n.update(state.n);
    noise.update(state.noise);
    test.update(100 - state.percTrainData, `${100 - state.percTrainData}%`);
    tools.update();
  }
  return { node, update };
}

/** @param {any} page @param {string} words @param {string} name @param {number} low @param {number} high @param {number} step */
function slider(page, words, name, low, high, step) {
  const value = element("output");
  const input = element("input", {
    type: "range",
    min: low,
    max: high,
    step,
    id: name,
    oninput: () => {
      setText(value, input.value);
      if (name === "percTrainData") page.changeSplit(100 - Number(input.value));
      else page.changeDataset({ [name]: Number(input.value) });
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

/** The chips of the classes, the tools and undo. @param {any} page */
function toolButtons(page) {
  const chips = element("div", {
    class: "chips",
    role: "group",
    "aria-label": "Class of new points",
  });
  const modes = element(
    "div",
    { class: "row", role: "group", "aria-label": "What a click does" },
    ...[["move", "Move"], ["add", "Add"], ["erase", "Erase"], ["relabel", "Relabel"]].map((
      [tool, words],
    ) =>
      element("button", {
        type: "button",
        class: "mode",
        "data-tool": tool,
        onclick: () => page.chooseTool(tool),
      }, words)
    ),
  );
  const undo = iconButton("Undo", "undo", () => page.undo(), { id: "undo" }),
    redo = iconButton("Redo", "redo", () => page.redo(), { id: "redo" });
  const fewer = iconButton("Remove the last class", "−", () => page.changeClasses(-1), {
      id: "remove-class",
    }),
    more = iconButton("Add a class", "+", () => page.changeClasses(1), { id: "add-class" });
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
    undo.disabled = !page.canUndo();
    redo.disabled = !page.canRedo();
    const now = JSON.stringify([data.classNames, look.name]);
    if (now !== key) {
      key = now;
      chips.replaceChildren(
        ...data.classNames.map((/** @type {string} */ name, /** @type {number} */ k) =>
          element(
            "button",
            {
              type: "button",
              class: "chip",
              title: name,
              onclick: () => page.chooseClass(k),
            },
            markerPicture(look, k),
            cutName(name),
          )
        ),
      );
    }
    [...chips.children].forEach((chip, k) =>
      chip.setAttribute("aria-pressed", String(page.chosenClass === k))
    );
    for (const mode of modes.querySelectorAll("button")) {
      mode.setAttribute("aria-pressed", String(mode.dataset.tool === page.tool));
    }
  }
  return { node, update };
}
