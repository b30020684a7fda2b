// @ts-check
/** The controls of the data: set, points, test points, axes, classes, tools and undo. */

import {
  checkbox,
  choice,
  cutName,
  element,
  iconButton,
  labelled,
  numbered,
  plainOptions,
  setOptions,
  setText,
} from "./elements.js";
import { markerPicture } from "./markers.js";
import { OWN_DATA } from "../page/dataset.js";

/** @import { Tool } from "../page/dataset.js" */
/** @import { Page, Panel } from "../page/page.js" */

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
  const standardize = checkbox(
    "standardize",
    (on) => page.dataset.chooseStandardize(on),
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
  const showTest = checkbox(
    "Show test data",
    (on) => page.show({ showTestData: on }),
    "show-test",
  );
  const axes = axisChoices(page), tools = toolButtons(page);
  const node = element(
    "div",
    { class: "data-controls" },
    labelled("Data", sets),
    element("button", { type: "button", onclick: () => file.click() }, "Load CSV …"),
    file,
    targetField,
    standardize.node,
    n.node,
    noise.node,
    test.node,
    showTest.node,
    axes.node,
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
    standardize.node.hidden = !table;
    if (table) setOptions(target, plainOptions(table.columns), table.target);
    standardize.box.checked = state.standardize;
    showTest.box.checked = state.showTestData;
    showTest.node.hidden = !data.heldOut;
    axes.update();
    n.update(state.n);
    noise.update(state.noise);
    test.update(100 - state.percTrainData, `${100 - state.percTrainData}%`);
    tools.update();
  }
  return { node, update };
}

/** Which two features are shown, where there are more. @param {Page} page */
function axisChoices(page) {
  const across = choice([], "0", (value) => page.dataset.chooseAxis(0, Number(value)), {
    "aria-label": "Feature across",
  });
  const up = choice([], "1", (value) => page.dataset.chooseAxis(1, Number(value)), {
    "aria-label": "Feature upwards",
  });
  const node = element("div", { class: "row", hidden: true }, "Shown:", across, up);

  function update() {
    const { data, axes } = page.dataset, features = numbered(data.featureNames);
    node.hidden = data.features < 3;
    setOptions(across, features, String(axes[0]));
    setOptions(up, features, String(axes[1]));
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
