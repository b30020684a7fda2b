// @ts-check
/** Panels made of words and tables: the explanation and the confusion matrix. */

import { element, percentage, setText } from "../elements.js";

/** @param {any} page @returns {import("../page.js").Panel} */
export function explanationPanel(page) {
  const body = element("div", { class: "claims" });
  const node = element("section", { class: "panel explanation", id: "explanation", "aria-label": "Explanation" },
    element("header", {}, element("h2", {}, "What this network does")), body);
  /** @type {any} */
  let shown = null;
  let layout = "";

  function update() {
    node.classList.toggle("stale", page.claimsStale);
    if (shown === page.claims) return;
    shown = page.claims;
    const topics = Map.groupBy(shown, (/** @type {any} */ claim) => claim.topic), now = JSON.stringify([...topics].map(([topic, claims]) => [topic, claims.length]));
    if (now === layout) return shown.forEach((/** @type {any} */ claim, /** @type {number} */ k) => saySentence(sentences[k], claim)); // in place: what is focused stays
    layout = now;
    sentences = [];
    body.replaceChildren(...[...topics].map(([topic, claims]) => element("section", {}, element("h3", {}, topic), element("ul", {}, ...claims.map((/** @type {any} */ claim) => {
      const item = sentenceItem(page);
      sentences.push(item);
      saySentence(item, claim);
      return item;
    })))));
  }
  /** @type {any[]} in the order of the claims, whose topics are together */
  let sentences = [];
  const markdown = () => [...new Set(page.claims.map((/** @type {any} */ { topic }) => topic))].map((topic) => `## ${topic}\n\n${page.claims.filter((/** @type {any} */ claim) => claim.topic === topic).map((/** @type {any} */ { text }) => `- ${text.replace(/([\\`*_{}[\]()<>#+!|~&$])/g, "\\$1")}\n`).join("")}`).join("\n");
  const make = () => new Blob([markdown()], { type: "text/markdown" });
  return { node, update, exported: { words: "Explanation", files: [{ kind: "Text", name: "explanation.md", make }] } };
}

/** A line for a sentence, which lights what it is about. @param {any} page */
function sentenceItem(page) {
  const light = () => page.hoverClaim(item.claim), dark = () => page.hoverClaim(null);
  const item = element("li", { onpointerenter: light, onpointerleave: dark, onfocus: light, onblur: dark });
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

/** @param {any} page @returns {import("../page.js").Panel} */
export function confusionPanel(page) {
  const table = element("table", { class: "confusion" }), body = element("div", { class: "scroll" }, table), note = element("p", { class: "note" });
  const node = element("section", { class: "panel", "aria-label": "Confusion matrix" }, element("header", {}, element("h2", {}, "Confusion matrix")), body, note);
  let key = "";

  /** Show where the point pointed at is counted. @param {any} view */
  function light(view) {
    const point = page.litPoint(), cell = point === null ? null : table.querySelector(`[data-cell="${page.data.labels[point]},${view.predicted[point]}"]`);
    if (cell?.classList.contains("lit")) return;
    table.querySelector(".lit")?.classList.remove("lit");
    cell?.classList.add("lit");
  }

  /** @param {any} view */
  function update(view) {
    const { data } = page, counts = countPairs(data, view.predicted, view.classes), chosen = page.chosenCell;
    light(view);
    const now = JSON.stringify([counts, data.classNames, chosen]);
    if (now === key) return;
    key = now;
    table.classList.toggle("many", view.classes > 6);
    const active = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.cell;
    table.replaceChildren(
      element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "true \\ predicted"), ...data.classNames.map((/** @type {string} */ name) => element("th", { scope: "col", title: name }, name)), element("th", { scope: "col" }, "right"))),
      element("tbody", {}, ...counts.map((row, own) => element("tr", {}, element("th", { scope: "row", title: data.classNames[own] }, data.classNames[own]),
        ...row.map((count, guess) => {
          const pressed = !!chosen && chosen[0] === own && chosen[1] === guess;
          return element("td", {}, element("button", {
            type: "button", class: own === guess ? "right" : count ? "wrong" : "none", "data-cell": `${own},${guess}`, "aria-pressed": String(pressed),
            "aria-label": `${count} of ${data.classNames[own]} predicted ${data.classNames[guess]}`, onclick: () => page.chooseCell(pressed ? null : [own, guess]),
          }, String(count)));
        }), element("td", { class: "share" }, percentage(row[own] / row.reduce((sum, count) => sum + count, 0))))))) ;
    if (active) table.querySelector(`[data-cell="${active}"]`)?.focus();
    light(view);
    note.textContent = `${data.heldOut ? "All points, training and test." : "All points."} Choose a number to see its points alone.`;
  }
  /** The table as CSV. */
  function make() {
    const { data, view } = page, quoted = (/** @type {string | number} */ cell) => `"${String(cell).replace(/"/g, '""')}"`;
    const rows = [["true \\ predicted", ...data.classNames], ...countPairs(data, view.predicted, view.classes).map((row, own) => [data.classNames[own], ...row])];
    return new Blob([rows.map((row) => `${row.map(quoted).join(",")}\n`).join("")], { type: "text/csv" });
  }
  return { node, update, exported: { words: "Confusion matrix", files: [{ kind: "CSV", name: "confusion.csv", make }] } };
}

/** @param {any} data @param {ArrayLike<number>} predicted @param {number} classes @returns {number[][]} */
function countPairs(data, predicted, classes) {
  const counts = Array.from({ length: classes }, () => new Array(classes).fill(0));
  data.labels.forEach((/** @type {number} */ own, /** @type {number} */ i) => counts[own][predicted[i]]++);
  return counts;
}
