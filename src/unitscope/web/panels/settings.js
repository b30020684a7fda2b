// @ts-check
/** The settings of a training that are seldom changed, behind "More". */

import { choice, element, labelled, setOptions } from "./elements.js";

/** @import { Page } from "../page/page.js" */
/** @import { State } from "../page/state.js" */

const PATIENCES = [5, 10, 20, 50];
const EARLY = "When the loss on the test points has not fallen for so many epochs, the training " +
  "ends, and the network of its best epoch is kept. Without test points, a fifth is held out.";
const SCALE = "Standardized: each feature has mean 0 and deviation 1 while the network is " +
  "trained. Pictures, words and weights are in the features' own units all the same.";
const WEIGHTS = "By what the loss of each class's points is multiplied. Balanced: small classes " +
  "count as much as large ones.";

/** @param {Page} page @param {...HTMLElement} others that come first */
export function moreSettings(page, ...others) {
  const early = choice([], "", (value) => page.stopEarly(value ? Number(value) : null), {
    id: "earlyStopping",
  });
  const scale = choice(
    [],
    "auto",
    (value) => page.change({ standardize: /** @type {State["standardize"]} */ (value) }),
    { id: "standardize" },
  );
  const weights = choice([], "", (value) => page.change({ classWeight: value }), {
    id: "classWeight",
  });
  const node = element(
    "details",
    { class: "more" },
    element("summary", {}, "More …"),
    element(
      "div",
      { class: "sheet" },
      ...others,
      labelled("Stop early", early, { title: EARLY }),
      labelled("Scale of features", scale, { title: SCALE }),
      labelled("Weight of classes", weights, { title: WEIGHTS }),
    ),
  );
  const shut = (/** @type {Event} */ event) => {
    if (!event.composedPath().includes(node)) node.open = false;
  };
  node.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") node.open = false;
  });
  document.addEventListener("pointerdown", shut);

  function update() {
    const { state, run, patience } = page;
    setOptions(early, patienceOptions(patience), String(patience ?? ""));
    setOptions(scale, scaleOptions(run.standardized), state.standardize);
    setOptions(weights, weightOptions(state.classWeight), state.classWeight);
  }
  return { node, update, close: () => document.removeEventListener("pointerdown", shut) };
}

/** @param {number | null} patience @returns {[string, string][]} */
function patienceOptions(patience) {
  const more = patience === null || PATIENCES.includes(patience) ? [] : [patience];
  const counts = [...PATIENCES, ...more].sort((a, b) => a - b);
  return [
    ["", "never"],
    .../** @type {[string, string][]} */ (counts.map((count) => [
      String(count),
      `after ${count} epoch${count === 1 ? "" : "s"} without gain`,
    ])),
  ];
}

/** @param {boolean} done whether the run shown was trained so @returns {[string, string][]} */
const scaleOptions = (done) => [
  ["auto", `standardized if needed (${done ? "done" : "not needed"})`],
  ["true", "standardized"],
  ["false", "as they are"],
];

/** @param {string} now @returns {[string, string][]} */
function weightOptions(now) {
  /** @type {[string, string][]} */
  const own = now === "" || now === "balanced" ? [] : [[now, now.replaceAll(",", ", ")]];
  return [["", "all points alike"], ["balanced", "balanced"], ...own];
}
