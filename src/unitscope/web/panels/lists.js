// @ts-check
/** Panels made of words and tables: the explanation and the confusion matrix. */

import { choice, element, percentage, setText } from "./elements.js";
import { remedyRows, saySentence, sentenceItem } from "./story.js";
import { isSamePair } from "../page/selection.js";
import { csvOf } from "../pure/csv.js";

/** @import { Page, Panel } from "../page/page.js" */
/** @import { Data } from "../pure/data.js" */
/** @import { ClaimScene } from "../pure/scene.d.ts" */
/** @import { Look } from "../pure/colors.js" */
/** @import { View } from "../pure/view.js" */
/** @import { Sentence } from "./story.js" */

/** The story, and apart from it the facts. @param {Page} page */
export function explanationPanel(page) {
  const story = element("div", { class: "claims story" }), note = element("p", { class: "note" });
  const remedies = remedyRows(page);
  const node = element(
    "section",
    { class: "panel explanation", id: "explanation", "aria-label": "What this network does" },
    story,
    note,
  );
  const facts = element("div", { class: "claims" });
  const more = element(
    "section",
    { class: "panel facts", "aria-label": "All facts" },
    element("header", {}, element("h2", {}, "All facts")),
    facts,
  );
  /** @type {ClaimScene[] | null} */
  let shown = null;
  /** @type {Look | null} */
  let look = null;
  let layout = "";
  /** In the order of the claims, whose topics are together. @type {Sentence[]} */
  let sentences = [];
  /** The topics that are folded out. @type {Set<string>} */
  const unfolded = new Set();

  /** @param {string} topic */
  const keepFold = (topic) => (/** @type {Event} */ { target }) => {
    if (/** @type {HTMLDetailsElement} */ (target).open) unfolded.add(topic);
    else unfolded.delete(topic);
  };

  function update() {
    const { claims: said, stale } = page.explanation, { heldOut } = page.data;
    note.hidden = !heldOut;
    setText(note, heldOut ? "Of the points trained on; they are counted without test points." : "");
    node.classList.toggle("stale", stale);
    more.classList.toggle("stale", stale || page.explanation.behind);
    if (shown === said && look === page.look) return;
    [shown, look] = [said, page.look];
    remedies.update(said);
    const topics = Map.groupBy(said, ({ topic }) => topic),
      now = JSON.stringify([...topics].map(([topic, claims]) => [topic, claims.length]));
    if (now === layout) { // in place: what is focused stays
      return said.forEach((claim, k) => saySentence(page, sentences[k], claim));
    }
    layout = now;
    sentences = [];
    story.replaceChildren();
    facts.replaceChildren();
    for (const [topic, claims] of topics) {
      const items = claims.map((claim) => {
        const sentence = sentenceItem(page, claim, topic ? "li" : "span");
        sentences.push(sentence);
        saySentence(page, sentence, claim);
        return sentence.item;
      });
      if (topic) {
        facts.append(element(
          "details",
          { open: unfolded.has(topic), ontoggle: keepFold(topic) },
          element("summary", {}, topic),
          element("ul", {}, ...items),
        ));
      } else {
        story.append(...storyOf(items, remedies.node));
      }
    }
  }
  const make = () => new Blob([markdownOf(page.explanation.claims)], { type: "text/markdown" });
  return {
    node,
    facts: { node: more, update: () => {} },
    update,
    exported: { words: "Explanation", files: [{ kind: "Text", name: "explanation.md", make }] },
  };
}

/** The result, then its cause, beside what was tried. @param {Node[]} items @param {Node} tried */
function storyOf([first, ...rest], tried) {
  const text = element("p", { class: "text" }, ...rest.flatMap((item) => [" ", item]));
  return [
    element("p", { class: "lead" }, first),
    element("div", { class: "cause" }, text, tried),
  ];
}

/** The story, then sentences under their topics, as Markdown. @param {ClaimScene[]} claims */
function markdownOf(claims) {
  const words = (/** @type {ClaimScene} */ { text }) =>
    text.replace(/([\\`*_{}[\]()<>#+!|~&$])/g, "\\$1");
  return [...Map.groupBy(claims, ({ topic }) => topic)]
    .map(([topic, said]) =>
      topic
        ? `## ${topic}\n\n${said.map((claim) => `- ${words(claim)}\n`).join("")}`
        : `${said.map(words).join(" ")}\n`
    ).join("\n");
}

/** @type {[string, string][]} */
const SIDES = [["training", "training points"], ["test", "test points"]];

/** @param {Page} page @returns {Panel} */
export function confusionPanel(page) {
  const table = element("table", { class: "confusion" }),
    body = element("div", { class: "scroll" }, table),
    note = element("p", { class: "note" });
  const side = choice(SIDES, "training", (value) => page.selection.showCellsOf(value === "test"), {
    id: "cells-of",
    "aria-label": "Of which points",
  });
  const node = element(
    "section",
    { class: "panel", "aria-label": "Confusion matrix" },
    element("header", {}, element("h2", {}, "Confusion matrix"), side),
    body,
    note,
  );
  /** @type {Row[]} */
  let rows = [];
  let shownNames = "", shownCounts = "";

  /** Show where the point pointed at is counted. @param {View} view */
  function light(view) {
    const point = page.selection.litPoint();
    const here = point !== null && !!page.data.heldOut?.[point] === page.selection.cellsOfTest;
    const lit = !here ? null : rows[page.data.labels[point]].cells[view.predicted[point]];
    for (const { cells } of rows) {
      cells.forEach((cell) => cell.classList.toggle("lit", cell === lit));
    }
  }

  /** @param {View} view */
  function update(view) {
    const { data } = page, { cellsOfTest } = page.selection;
    const counts = countPairs(data, view.predicted, view.classes, cellsOfTest);
    side.hidden = !data.heldOut;
    side.value = cellsOfTest ? "test" : "training";
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
      `${data.heldOut ? "" : "All points. "}Choose a number to see its points alone.`,
    );
  }
  /** The table as CSV. */
  function make() {
    const { data, view } = page;
    const counts = view
      ? countPairs(data, view.predicted, view.classes, page.selection.cellsOfTest)
      : [];
    const rows = [
      ["true \\ predicted", ...data.classNames],
      ...counts.map((row, own) => [data.classNames[own], ...row]),
    ];
    return new Blob([csvOf(rows)], { type: "text/csv" });
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
 * @param {boolean} test of the test points, or of those trained on
 * @returns {number[][]}
 */
function countPairs(data, predicted, classes, test) {
  const counts = Array.from({ length: classes }, () => new Array(classes).fill(0));
  data.labels.forEach((own, i) => {
    if (test === !!data.heldOut?.[i]) counts[own][predicted[i]]++;
  });
  return counts;
}
