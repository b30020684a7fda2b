// @ts-check
/** Panels made of words and tables: the explanation and the confusion matrix. */

import { element, percentage, setText } from "./elements.js";

/** @param {any} page @returns {import("../page/page.js").Panel} */
export function explanationPanel(page) {
  const body = element("div", { class: "claims" });
  const node = element(
    "section",
    { class: "panel explanation", id: "explanation", "aria-label": "Explanation" },
    element("header", {}, element("h2", {}, "What this network does")),
    body,
  );
  /** @type {any} */
  let shown = null;
  let layout = "";

  function update() {
    node.classList.toggle("stale", page.claimsStale);
    if (shown === page.claims) return;
    shown = page.claims;
    const topics = Map.groupBy(shown, (/** @type {any} */ claim) => claim.topic),
      now = JSON.stringify([...topics].map(([topic, claims]) => [topic, claims.length]));
    if (now === layout) {
      return shown.forEach((/** @type {any} */ claim, /** @type {number} */ k) =>
        saySentence(sentences[k], claim)
      ); // in place: what is focused stays
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
            ...claims.map((/** @type {any} */ claim) => {
              const item = sentenceItem(page);
              sentences.push(item);
              saySentence(item, claim);
              return item;
            }),
          ),
        )
      ),
    );
  }
  /** @type {any[]} in the order of the claims, whose topics are together */
  let sentences = [];
  const markdown = () =>
    [...new Set(page.claims.map((/** @type {any} */ { topic }) => topic))].map((topic) =>
      `## ${topic}\n\n${
        page.claims.filter((/** @type {any} */ claim) => claim.topic === topic).map((
          /** @type {any} */ { text },
        ) => `- ${text.replace(/([\\`*_{}[\]()<>#+!|~&$])/g, "\\$1")}\n`).join("")
      }`
    ).join("\n");
  const make = () => new Blob([markdown()], { type: "text/markdown" });
  return {
    node,
    update,
    exported: { words: "Explanation", files: [{ kind: "Text", name: "explanation.md", make }] },
  };
}

/** A line for a sentence, which lights what it is about. @param {any} page */
function sentenceItem(page) {
  const light = () => page.hoverClaim(item.claim), dark = () => page.hoverClaim(null);
  const item = element("li", {
    onpointerenter: light,
    onpointerleave: dark,
    onfocus: light,
    onblur: dark,
  });
  return item;
}

/** @param {any} item @param {any} claim */
function saySentence(item, claim) {
  item.claim = claim;
  setText(item, claim.text);
  const about = !!claim.about?.length;
  if (item.classList.contains("about") === about) return;
  item.classList.toggle("about", about);
  if (about) item.tabIndex = 0;
  else item.removeAttribute("tabindex");
}

/** @param {any} page @returns {import("../page/page.js").Panel} */
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

  /** Show where the point pointed at is counted. @param {any} view */
  function light(view) {
    const point = page.litPoint(),
      lit = point === null ? null : rows[page.data.labels[point]].cells[view.predicted[point]];
    for (const { cells } of rows) {
      cells.forEach((cell) => cell.classList.toggle("lit", cell === lit));
    }
  }

  /** @param {any} view */
  function update(view) {
    const { data } = page, counts = countPairs(data, view.predicted, view.classes);
    const namesNow = JSON.stringify(data.classNames),
      countsNow = JSON.stringify([counts, page.chosenCell]);
    if (namesNow !== shownNames) {
      shownNames = namesNow;
      shownCounts = "";
      rows = buildRows(page, table);
    }
    if (countsNow !== shownCounts) {
      shownCounts = countsNow;
      rows.forEach((row, own) => sayCounts(page, row, own, counts[own])); // in place: a press that has begun stays with its button
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
    const { data, view } = page,
      quoted = (/** @type {string | number} */ cell) => `"${String(cell).replace(/"/g, '""')}"`;
    const rows = [
      ["true \\ predicted", ...data.classNames],
      ...countPairs(data, view.predicted, view.classes).map((
        row,
        own,
      ) => [data.classNames[own], ...row]),
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

/** @typedef {{ cells: HTMLElement[], share: HTMLElement }} Row one true class: a button for each class predicted, the share that is right */

/** The table of these classes, its counts still empty. @param {any} page @param {HTMLElement} table @returns {Row[]} */
function buildRows(page, table) {
  const { classNames } = page.data;
  /** @param {string} name @param {string} scope */
  const head = (name, scope) => element("th", { scope, title: name }, name);
  const rows = classNames.map((/** @type {string} */ _name, /** @type {number} */ own) => ({
    cells: classNames.map((/** @type {string} */ _other, /** @type {number} */ guess) =>
      element("button", {
        type: "button",
        "data-cell": `${own},${guess}`,
        onclick: () => page.chooseCell(isChosen(page, own, guess) ? null : [own, guess]),
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
        ...classNames.map((/** @type {string} */ name) => head(name, "col")),
        element("th", { scope: "col" }, "right"),
      ),
    ),
    element(
      "tbody",
      {},
      ...rows.map((/** @type {Row} */ { cells, share }, /** @type {number} */ own) =>
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

/** @param {any} page @param {Row} row @param {number} own @param {number[]} counts */
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

/** @param {any} page @param {number} own @param {number} guess */
function isChosen(page, own, guess) {
  return page.chosenCell?.[0] === own && page.chosenCell[1] === guess;
}

/** @param {any} data @param {ArrayLike<number>} predicted @param {number} classes @returns {number[][]} */
function countPairs(data, predicted, classes) {
  const counts = Array.from({ length: classes }, () => new Array(classes).fill(0));
  data.labels.forEach((/** @type {number} */ own, /** @type {number} */ i) =>
    counts[own][predicted[i]]++
  );
  return counts;
}
