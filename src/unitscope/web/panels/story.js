// @ts-check
/** Sentences: with the markers of the classes they name, and buttons for what was tried. */

import { element } from "./elements.js";
import { markerPicture } from "./markers.js";

/** @import { Page } from "../page/page.js" */
/** @import { State } from "../page/state.js" */
/** @import { ClaimScene, RecipeScene, RemedyScene } from "../pure/scene.d.ts" */

const LONG = 18; // letters of a name that may have a line's end in it

/**
 * A line and the sentence that it says now.
 * @typedef {{item: HTMLElement, claim: ClaimScene}} Sentence
 */

/**
 * A line for a sentence, which lights what it is about.
 * @param {Page} page
 * @param {ClaimScene} claim
 * @param {"li" | "span"} kind of the element
 * @returns {Sentence}
 */
export function sentenceItem(page, claim, kind) {
  const light = () => page.selection.hoverClaim(sentence.claim),
    dark = () => page.selection.hoverClaim(null);
  const item = element(kind, {
    onpointerenter: light,
    onpointerleave: dark,
    onfocus: light,
    onblur: dark,
  });
  const sentence = { item, claim };
  return sentence;
}

/** @param {Page} page @param {Sentence} sentence @param {ClaimScene} claim */
export function saySentence(page, sentence, claim) {
  const { item } = sentence, key = JSON.stringify([claim.text, claim.classes, page.look.name]);
  sentence.claim = claim;
  if (item.dataset.said !== key) {
    item.dataset.said = key;
    item.replaceChildren(...withMarkers(page, claim));
  }
  item.hidden = !page.readOnly && !claim.topic && !!claim.remedies;
  const about = claim.about.length > 0;
  if (item.classList.contains("about") === about) return;
  item.classList.toggle("about", about);
  if (about) item.tabIndex = 0;
  else item.removeAttribute("tabindex");
}

/**
 * A sentence's text, each class's name behind its marker.
 * @param {Page} page @param {ClaimScene} claim
 */
function withMarkers({ look }, { text, classes = [] }) {
  /** @type {(string | Node)[]} */ const parts = [];
  let at = 0;
  for (const [begin, end, k] of classes) {
    const long = end - begin > LONG, kind = long ? "named long" : "named";
    const name = element("span", { class: kind }, markerPicture(look, k), text.slice(begin, end));
    parts.push(text.slice(at, begin), name);
    at = end;
  }
  return [...parts, text.slice(at)];
}

/** What was tried for a network that fails, a button each. @param {Page} page */
export function remedyRows(page) {
  const node = element("div", { class: "remedies", role: "group", "aria-label": "What was tried" });
  let key = "";

  /** @param {ClaimScene[]} claims */
  function update(claims) {
    const all = page.readOnly ? [] : claims.flatMap(({ remedies }) => remedies ?? []);
    const here = all.filter(({ change }) => canDo(page, change)), now = JSON.stringify(here);
    node.hidden = !here.length;
    if (now === key) return;
    key = now;
    node.replaceChildren(...here.map((remedy, k) => remedyRow(page, remedy, k === 0)));
  }
  return { node, update };
}

/**
 * More epochs than the course lab has begin from another start.
 * @param {Page} page @param {RecipeScene} change
 */
function canDo({ run, hello }, { epochs = 0 }) {
  return epochs <= (run.course ? hello.course.epochs : hello.limits.epochs);
}

/** @param {Page} page @param {RemedyScene} remedy @param {boolean} best */
function remedyRow(page, { what, told, words, change }, best) {
  return element(
    "div",
    { class: "remedy" },
    element("span", {}, element("b", {}, what), element("small", {}, told)),
    element("button", {
      type: "button",
      class: best ? "strong" : "edged",
      onclick: () =>
        page.change(settingsFrom(change), change.seed === undefined ? {} : { course: false }),
    }, words),
  );
}

/** @param {RecipeScene} change @returns {Partial<State>} */
function settingsFrom({ hidden, seed, epochs, learning_rate, standardize }) {
  return {
    ...(hidden && { networkShape: hidden }),
    ...(seed !== undefined && { seed }),
    ...(epochs && { epochs }),
    ...(learning_rate && { learningRate: learning_rate }),
    ...(standardize && { standardize: /** @type {const} */ ("true") }),
  };
}
