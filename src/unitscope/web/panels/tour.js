// @ts-check
/** The guided tour: eight steps through the course lab, each setting the page to what it says. */

import { element, setText } from "./elements.js";
import { hashFromState, initialState } from "../page/state.js";

/** @import { Page, Panel } from "../page/page.js" */

/**
 * `part`: the selector of what is spoken of; `set`: what the page shows for it.
 * @typedef {{title: string, text: string, part: string, set: (page: Page) => void}} Step
 */

/** @type {Step[]} */
const STEPS = [
  {
    title: "Data",
    text: "A hundred points in four classes. Each has two numbers, x0 and x1: these are all that " +
      "the network gets.",
    part: "[aria-label='Data']",
    set: (page) => page.selection.chooseUnit(null),
  },
  {
    title: "The network",
    text:
      "Two hidden ReLU units and one output a class. Each square shows what its unit gives over " +
      "the data's plane: blue above 0, orange below.",
    part: ".diagram",
    set: (page) => page.selection.chooseUnit(null),
  },
  {
    title: "Training",
    text: "At epoch 0 the weights are random. Press Play and watch the loss fall: each epoch the " +
      "network sees all points once.",
    part: "[aria-label='Loss and accuracy']",
    set: (page) => page.playback.reset(),
  },
  {
    title: "The decision boundary",
    text:
      "After training, each place has the class whose output is largest. The lines are exact: " +
      "there two outputs tie.",
    part: ".main-map",
    set: (page) => page.playback.step(page.run.loss.length),
  },
  {
    title: "Layer 1",
    text:
      "One hidden unit in large: it is 0 on one side of its line and grows on the other. Each " +
      "unit splits the classes into two groups.",
    part: ".main-map",
    set: (page) => {
      page.selection.pinnedUnit = null;
      page.selection.chooseUnit([0, 0]);
    },
  },
  {
    title: "Layer 2",
    text:
      "The outputs see only what the hidden units give. In this space each class has a corner of " +
      "its own, and lines can tell them apart.",
    part: "[aria-label='Hidden space']",
    set: (page) => page.selection.chooseUnit(null),
  },
  {
    title: "Softmax",
    text: "Logits become probabilities: e to the power of each, divided by their sum. Follow one " +
      "point from its numbers to its class.",
    part: "[aria-label='One point, number by number']",
    set: (page) => {
      page.show({ view: "probability" });
      page.selection.choosePoint(0);
    },
  },
  {
    title: "Your own point",
    text:
      "Now drag a point across a line, or choose a class and click to add one: the network is " +
      "trained again while you move it.",
    part: "[aria-label='Data']",
    set: (page) => page.show({ view: "hard" }),
  },
];

/** Whether the page shows the lab as it was opened. @param {Page} page */
function isTheLab(page) {
  const { theme, scale, view, hide } = initialState(page.hello);
  const shown = { ...page.state, course: page.course, theme, scale, view, hide };
  return !page.dataset.edited && !page.dataset.table && hashFromState(shown, page.hello) === "";
}

/** @param {Page} page @returns {Panel} */
export function tourPanel(page) {
  let at = -1;
  const title = element("h2"), text = element("p"), count = element("span", { class: "muted" });
  const back = element("button", { type: "button", onclick: () => go(at - 1) }, "Back"),
    next = element("button", {
      type: "button",
      id: "tour-next",
      class: "strong",
      onclick: () => go(at + 1),
    }, "Next");
  const node = element(
    "section",
    { class: "panel tour", "aria-label": "Tour", tabindex: "-1", hidden: true },
    element("header", {}, title, count),
    text,
    element(
      "div",
      { class: "row" },
      back,
      next,
      element("button", { type: "button", onclick: () => go(-1) }, "End the tour"),
    ),
  );

  /** @param {number} step */
  function go(step) {
    for (const part of document.querySelectorAll(".toured")) part.classList.remove("toured");
    at = step >= STEPS.length ? -1 : step;
    node.hidden = at < 0;
    if (at < 0) return page.changed();
    const { title: name, text: words, part, set } = STEPS[at];
    setText(title, name);
    setText(text, words);
    setText(count, `${at + 1} of ${STEPS.length}`);
    back.disabled = at === 0;
    setText(next, at === STEPS.length - 1 ? "Done" : "Next");
    set(page);
    const shown = node.parentElement?.querySelector(part);
    shown?.classList.add("toured");
    shown?.scrollIntoView({
      block: "nearest",
      behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth",
    });
    node.focus({ preventScroll: true });
  }
  page.startTour = () => {
    if (!page.readOnly && !isTheLab(page)) {
      const { theme, scale, hide } = page.state;
      page.course = true;
      page.state = { ...initialState(page.hello), theme, scale, hide };
      page.dataset.changeDataset({});
    }
    go(0);
  };
  return { node, update: () => {} };
}
