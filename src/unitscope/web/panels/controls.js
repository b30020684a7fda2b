// @ts-check
/** The controls of the data: set, classes, points, noise, test points, axes, a file. */

import {
  checkbox,
  choice,
  element,
  iconButton,
  labelled,
  numbered,
  plainOptions,
  setOptions,
  setText,
  symbol,
} from "./elements.js";
import { OWN_DATA } from "../page/dataset.js";
import { countWords } from "../pure/data.js";
import { setChoices } from "./sets.js";

/** @import { Page } from "../page/page.js" */

/** @param {Page} page */
export function dataControls(page) {
  const sets = setChoices(page);
  const own = ownTable(page);
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
  const axes = axisChoices(page), classes = classStepper(page);
  const drawn = drawnPoints(page);
  const node = element(
    "div",
    { class: "data-controls" },
    sets.node,
    own.target,
    own.told,
    own.columns,
    classes.node,
    n.node,
    noise.node,
    test.node,
    showTest.node,
    axes.node,
    drawn.node,
  );
  const files = fileButton(page);

  function update() {
    const { state, data, dataset } = page, { table, asked } = dataset;
    node.hidden = page.readOnly;
    sets.node.hidden = files[0].hidden = !page.makesSets;
    sets.update();
    const set = table ? null : page.hello.datasets.find(({ name }) => name === state.dataset);
    n.node.hidden = !set || !set.has_n;
    noise.node.hidden = !set || !set.has_noise;
    drawn.update(noise.node.hidden);
    own.update();
    showTest.box.checked = state.showTestData;
    showTest.node.hidden = !data.heldOut;
    axes.update();
    n.update(asked.n);
    noise.update(asked.noise, asked.noise.toFixed(2).replace(/0$/, ""));
    test.update(100 - state.percTrainData, `${100 - state.percTrainData}%`);
    classes.update();
  }
  return { node, files, update };
}

/** How many points there are, and a button that draws others. @param {Page} page */
function drawnPoints(page) {
  const count = element("p", { class: "note", id: "count" });
  const fresh = element(
    "button",
    {
      type: "button",
      id: "new-sample",
      class: "edged",
      title: "Draw other points of this set",
      onclick: () => page.dataset.changeDataset({ sample: page.dataset.asked.sample + 1 }),
    },
    symbol("reset"),
    " New",
  );
  const node = element("div", { class: "drawn" }, count, fresh);
  const update = (/** @type {boolean} */ fixed) => {
    fresh.hidden = fixed;
    setText(count, whichPoints(page));
  };
  return { node, update };
}

/** Opens a file of the user's own. @param {Page} page */
function fileButton(page) {
  const file = element("input", {
    type: "file",
    accept: ".csv,.tsv,.txt,.data,.gz,.zip,.xlsx,.parquet,text/csv",
    class: "hidden-file",
    id: "file",
    onchange: () => {
      page.tables.load(file.files?.[0]);
      file.value = "";
    },
  });
  return [
    element(
      "button",
      { type: "button", class: "own", onclick: () => file.click() },
      "Open your own table",
      element("small", {}, `or drop or paste it here: CSV${page.alone ? "" : ", Excel, Parquet"}`),
    ),
    file,
  ];
}

/** How many points there are, and which. @param {Page} page */
function whichPoints({ data, dataset, state, hello }) {
  const held = data.heldOut
    ? `, ${[...data.heldOut].filter(Boolean).length} of them for testing (hollow)`
    : "";
  const set = dataset.table ? null : hello.datasets.find(({ name }) => name === state.dataset);
  const own = state.noise === set?.noise && state.sample === 0;
  const which = dataset.edited
    ? "changed by hand"
    : state.dataset === OWN_DATA
    ? "the run's own"
    : !set?.has_noise
    ? ""
    : own
    ? (set.name === "lab" ? "the lab's own" : "")
    : `noise ${state.noise.toFixed(2).replace(/0$/, "")}, sample ${state.sample + 1}`;
  return `${countWords(data)}${held}${which && !data.edited ? `: ${which}` : ""}`;
}

/** How many classes there are. @param {Page} page */
function classStepper(page) {
  const count = element("b");
  const fewer = iconButton("Remove the last class", "−", () => page.dataset.changeClasses(-1), {
      id: "remove-class",
    }),
    more = iconButton("Add a class", "+", () => page.dataset.changeClasses(1), { id: "add-class" });
  const node = element(
    "div",
    { class: "stepper wide" },
    "Classes",
    element("span", {}, fewer, count, more),
  );

  function update() {
    const { length: classes } = page.data.classNames;
    setText(count, String(classes));
    fewer.disabled = classes <= 2;
    more.disabled = classes >= page.hello.limits.classes;
  }
  return { node, update };
}

/** What is used of the user's own file. @param {Page} page */
function ownTable(page) {
  const classes = choice([], "", (value) => page.tables.chooseTarget(value), { id: "target" });
  const target = labelled("Class column", classes);
  const told = element("p", { class: "muted", id: "table-notes" });
  const columns = element("button", {
    type: "button",
    id: "columns",
    onclick: () => page.tables.show(),
  }, "Columns …");

  function update() {
    const table = page.dataset.table?.told;
    target.hidden = columns.hidden = told.hidden = !table;
    if (!table) return;
    const { columns: all, notes } = table, used = all.filter(({ role }) => role === "feature");
    setOptions(
      classes,
      plainOptions(all.map(({ name }) => name)),
      all.find(({ role }) => role === "class")?.name ?? "",
    );
    setText(told, `${[`${used.length} of ${all.length - 1} columns used`, ...notes].join("; ")}.`);
  }
  return { target, told, columns, update };
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
    const { data, axes, axesShown, ofRun } = page.dataset;
    const own = ofRun?.features === data.features ? "best plane" : "widest two";
    /** @type {[string, string][]} */
    const features = [["-1", own], ...numbered(data.featureNames)];
    node.hidden = data.features < 3;
    setOptions(across, features, axesShown ? String(axes[0]) : "-1");
    setOptions(up, features, axesShown ? String(axes[1]) : "-1");
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
  const value = element("output", { class: "value" });
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
  const node = element(
    "label",
    { class: "field slider" },
    element("span", {}, words),
    input,
    value,
  );
  return {
    node,
    update: (/** @type {number} */ now, text = String(now)) => {
      if (Number(input.value) !== now) input.value = String(now);
      setText(value, text);
    },
  };
}
