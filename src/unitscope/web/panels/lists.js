// @ts-check
/** Panels made of words and tables: the explanation and the confusion matrix. */

import { element, percentage, setText } from "./elements.js";
import { isSamePair } from "../page/selection.js";

/** @import { Page, Panel } from "../page/page.js" */
/** @import { Data } from "../pure/data.js" */
/** @import { ClaimScene } from "../pure/scene.d.ts" */
/** @import { View } from "../pure/view.js" */

/** @param {Page} page @returns {Panel} */
export function explanationPanel(page) {
  const body = element("div", { class: "claims" });
  const node = element(
    "section",
    { class: "panel explanation", id: "explanation", "aria-label": "Explanation" },
    element("header", {}, element("h2", {}, "What this network does")),
    body,
  );
  /** @type {ClaimScene[] | null} */
  let shown = null;
  let layout = "";
  /** In the order of the claims, whose topics are together. @type {Sentence[]} */
  let sentences = [];

  function update() {
    const { claims: said, stale } = page.explanation;
    node.classList.toggle("stale", stale);
    if (shown === said) return;
    shown = said;
    const topics = Map.groupBy(said, ({ topic }) => topic),
      now = JSON.stringify([...topics].map(([topic, claims]) => [topic, claims.length]));
    if (now === layout) { // in place: what is focused stays
      return said.forEach((claim, k) => saySentence(sentences[k], claim));
    }
    layout = now;
    sentences = [];
    body.replaceChildren(
      ...[...topics].map(([topic, claims]) =>
        element(
          "section",
          {},
          element("h3", {}, topic),
          element(
            "ul",
            {},
            ...claims.map((claim) => {
              const sentence = sentenceItem(page, claim);
              sentences.push(sentence);
              saySentence(sentence, claim);
              return sentence.item;
            }),
          ),
        )
      ),
    );
  }
  const make = () => new Blob([markdownOf(page.explanation.claims)], { type: "text/markdown" });
  return {
    node,
    update,
    exported: { words: "Explanation", files: [{ kind: "Text", name: "explanation.md", make }] },
  };
}

/** Sentences under their topics, as Markdown. @param {ClaimScene[]} claims */
function markdownOf(claims) {
  const line = (/** @type {ClaimScene} */ { text }) =>
    `- ${text.replace(/([\\`*_{}[\]()<>#+!|~&$])/g, "\\$1")}\n`;
  return [...Map.groupBy(claims, ({ topic }) => topic)]
    .map(([topic, said]) => `## ${topic}\n\n${said.map(line).join("")}`).join("\n");
}

/**
 * A line and the sentence that it says now.
 * @typedef {{item: HTMLElement, claim: ClaimScene}} Sentence
 */

/**
 * A line for a sentence, which lights what it is about.
 * @param {Page} page
 * @param {ClaimScene} claim
 * @returns {Sentence}
 */
function sentenceItem(page, claim) {
  const light = () => page.selection.hoverClaim(sentence.claim),
    dark = () => page.selection.hoverClaim(null);
  const item = element("li", {
    onpointerenter: light,
    onpointerleave: dark,
    onfocus: light,
    onblur: dark,
  });
  const sentence = { item, claim };
  return sentence;
}

/** @param {Sentence} sentence @param {ClaimScene} claim */
function saySentence(sentence, claim) {
  const { item } = sentence;
  sentence.claim = claim;
  setText(item, claim.text);
  const about = claim.about.length > 0;
  if (item.classList.contains("about") === about) return;
  item.classList.toggle("about", about);
  if (about) item.tabIndex = 0;
  else item.removeAttribute("tabindex");
}

/** @param {Page} page @returns {Panel} */
export function confusionPanel(page) {
  const table = element("table", { class: "confusion" }),
    body = element("div", { class: "scroll" }, table),
    note = element("p", { class: "note" });
  const node = element(
    "section",
    { class: "panel", "aria-label": "Confusion matrix" },
    element("header", {}, element("h2", {}, "Confusion matrix")),
    body,
    note,
  );
  /** @type {Row[]} */
  let rows = [];
  let shownNames = "", shownCounts = "";

  /** Show where the point pointed at is counted. @param {View} view */
  function light(view) {
    const point = page.selection.litPoint(),
      lit = point === null ? null : rows[page.data.labels[point]].cells[view.predicted[point]];
    for (const { cells } of rows) {
      cells.forEach((cell) => cell.classList.toggle("lit", cell === lit));
    }
  }

  /** @param {View} view */
  function update(view) {
    const { data } = page, counts = countPairs(data, view.predicted, view.classes);
    const namesNow = JSON.stringify(data.classNames),
      countsNow = JSON.stringify([counts, page.selection.chosenCell]);
    if (namesNow !== shownNames) {
      shownNames = namesNow;
      shownCounts = "";
      rows = buildRows(page, table);
    }
    if (countsNow !== shownCounts) {
      shownCounts = countsNow;
      // In place: a press that has begun stays with its button.
      rows.forEach((row, own) => sayCounts(page, row, own, counts[own]));
    }
    light(view);
    setText(
      note,
      `${
        data.heldOut ? "All points, training and test." : "All points."
      } Choose a number to see its points alone.`,
    );
  }
  /** The table as CSV. */
  function make() {
    const { data, view } = page;
    const counts = view ? countPairs(data, view.predicted, view.classes) : [],
      quoted = (/** @type {string | number} */ cell) => `"${String(cell).replace(/"/g, '""')}"`;
    const rows = [
      ["true \\ predicted", ...data.classNames],
      ...counts.map((row, own) => [data.classNames[own], ...row]),
    ];
    return new Blob([rows.map((row) => `${row.map(quoted).join(",")}\n`).join("")], {
      type: "text/csv",
    });
  }
  return {
    node,
    update,
    exported: { words: "Confusion matrix", files: [{ kind: "CSV", name: "confusion.csv", make }] },
  };
}

/**
 * One true class: a button for each class predicted, and the share that is right.
 * @typedef {{cells: HTMLElement[], share: HTMLElement}} Row
 */

/**
 * The table of these classes, its counts still empty.
 * @param {Page} page
 * @param {HTMLElement} table
 * @returns {Row[]}
 */
function buildRows(page, table) {
  const { classNames } = page.data;
  /** @param {string} name @param {string} scope */
  const head = (name, scope) => element("th", { scope, title: name }, name);
  const rows = classNames.map((_name, own) => ({
    cells: classNames.map((_other, guess) =>
      element("button", {
        type: "button",
        "data-cell": `${own},${guess}`,
        onclick: () => page.selection.chooseCell(isChosen(page, own, guess) ? null : [own, guess]),
      })
    ),
    share: element("td", { class: "share" }),
  }));
  table.classList.toggle("many", classNames.length > 6);
  table.replaceChildren(
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        element("th", { scope: "col" }, "true \\ predicted"),
        ...classNames.map((name) => head(name, "col")),
        element("th", { scope: "col" }, "right"),
      ),
    ),
    element(
      "tbody",
      {},
      ...rows.map(({ cells, share }, own) =>
        element(
          "tr",
          {},
          head(classNames[own], "row"),
          ...cells.map((cell) => element("td", {}, cell)),
          share,
        )
      ),
    ),
  );
  return rows;
}

/** @param {Page} page @param {Row} row @param {number} own @param {number[]} counts */
function sayCounts(page, { cells, share }, own, counts) {
  const { classNames } = page.data;
  cells.forEach((cell, guess) => {
    const count = counts[guess];
    setText(cell, String(count));
    cell.classList.toggle("right", own === guess);
    cell.classList.toggle("wrong", own !== guess && count > 0);
    cell.classList.toggle("none", own !== guess && count === 0);
    cell.setAttribute("aria-pressed", String(isChosen(page, own, guess)));
    cell.setAttribute(
      "aria-label",
      `${count} of ${classNames[own]} predicted ${classNames[guess]}`,
    );
  });
  setText(share, percentage(counts[own] / counts.reduce((sum, count) => sum + count, 0)));
}

/** @param {Page} page @param {number} own @param {number} guess */
function isChosen(page, own, guess) {
  return isSamePair(page.selection.chosenCell, [own, guess]);
}

/**
 * @param {Data} data
 * @param {ArrayLike<number>} predicted
 * @param {number} classes
 * @returns {number[][]}
 */
function countPairs(data, predicted, classes) {
  const counts = Array.from({ length: classes }, () => new Array(classes).fill(0));
  data.labels.forEach((own, i) => counts[own][predicted[i]]++);
  return counts;
}
