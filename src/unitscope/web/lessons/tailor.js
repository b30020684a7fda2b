// @ts-check
/** "Tailor this page": what of it is shown, and a question; as a link or a frame. */

import { element, setText } from "../panels/elements.js";
import { LONGEST_DATA } from "./data.js";
import { wholeHash } from "./links.js";
import { askBox } from "./runner.js";

/** @import { Page } from "../page/page.js" */

/** Names in an address, what they are called, and where they are: parts, then controls.
 * @type {[string, string, string][][]} */
const CHOICES = [[
  ["data", "Data", ".area-data"],
  ["network", "Network", ".diagram"],
  ["settings", "Settings of the training", ".bar"],
  ["play", "Play and its curve", ".playing"],
  ["map", "Decision map", ".area-map"],
  ["words", "Words", ".area-words"],
  ["point", "One point", ".area-point"],
  ["hidden", "Hidden space", ".area-hidden"],
  ["confusion", "Confusion matrix", ".area-confusion"],
  ["facts", "All facts", ".area-facts"],
  ["starts", "64 starts", ".area-seeds"],
  ["further", "Ways further down", ".further"],
], [
  ["sets", "Data sets", ".sets"],
  ["classes", "Classes", ".stepper.wide"],
  ["n", "Points", ""],
  ["noise", "Noise", ""],
  ["percTrainData", "Test points", ""],
  ["new-sample", "New", ""],
  ["own", "Open your own table", ".own"],
  ["layers", "Units and layers", ".count button"],
  ["learning-rate", "Learning rate", ""],
  ["activation", "Activation", ""],
  ["more", "More …", ".more"],
  ["tools", "Tools of the map", ".main-map > header > .segments, .main-map > header > span"],
  ["view", "What the map shows", "#view, #view-class"],
  ["show-lines", "Unit lines", ""],
  ["compare", "Compare", ""],
  ["lessons", "Lessons", ""],
  ["share", "Share", ""],
  ["export", "Export", ""],
  ["theme", "Theme", ""],
]];

/** Leave parts and controls out, and no others.
 * @param {HTMLElement} root @param {string[]} names */
export function leaveOut(root, names) {
  for (const part of root.querySelectorAll(".left-out")) part.classList.remove("left-out");
  for (const name of names) {
    const known = CHOICES.flat().find(([one]) => one === name)?.[2];
    const found = root.querySelectorAll(known || `#${CSS.escape(name)}`);
    for (const one of found) {
      (known ? one : one.closest("label, button") ?? one).classList.add("left-out");
    }
  }
}

/** Ask a question in the headline's place; "" for none. @param {HTMLElement} root
 * @param {string} question @param {string} answer */
export function askInHeadline(root, question, answer) {
  root.querySelector(".headline .ask")?.remove();
  root.classList.toggle("asked", question !== "");
  if (question === "") return;
  const ask = askBox();
  ask.show([[question], [answer || "–"]]);
  root.querySelector(".headline")?.append(ask.node);
}

/** @param {string} words @param {HTMLElement} control */
const fieldOf = (words, control) =>
  element("label", { class: "field" }, element("span", {}, words), control);

/** What is chosen in the dialog. @param {Page} page @param {() => void} refresh */
function tailorChoices(page, refresh) {
  const { state, playback, selection: { pinnedUnit: pinned } } = page;
  const ticks = CHOICES.map((choices) =>
    choices.map(([name, words]) => {
      const box = element("input", {
        type: "checkbox",
        "data-part": name,
        checked: !state.hide.includes(name),
        onchange: refresh,
      });
      return { name, box, node: element("label", { class: "check" }, box, words) };
    })
  );
  const pick = (/** @type {string} */ id, /** @type {[string, string][]} */ options) =>
    element(
      "select",
      { id, onchange: refresh },
      ...options.map(([value, words]) => element("option", { value }, words)),
    );
  const epoch = pick("tailor-epoch", [
    ["now", `as now: ${playback.epoch}`],
    ["start", "the start: 0"],
    ["end", "the end"],
  ]);
  const unit = pick("tailor-unit", [
    ["now", `as now: ${pinned ? page.unitName(...pinned) : "none"}`],
    ["none", "none"],
  ]);
  const theme = pick("tailor-theme", [
    ["auto", "the reader’s own"],
    ["light", "light"],
    ["dark", "dark"],
  ]);
  const question = element("input", { id: "tailor-question", maxlength: 300, oninput: refresh }),
    answer = element("textarea", {
      id: "tailor-answer",
      maxlength: 500,
      rows: 2,
      oninput: refresh,
    });
  question.value = state.question;
  answer.value = state.answer;
  return { ticks, epoch, unit, theme, question, answer };
}

/** @param {string} hash of the page now @param {ReturnType<typeof tailorChoices>} chosen */
function tailoredState(hash, { ticks, epoch, unit, theme, question, answer }) {
  const all = new URLSearchParams(hash);
  for (const name of [...all.keys()]) if (name.endsWith("_hide")) all.delete(name);
  const put = (/** @type {string} */ name, /** @type {string} */ value) =>
    value ? all.set(name, value) : all.delete(name);
  if (epoch.value !== "now") put("epoch", epoch.value === "start" ? "0" : "");
  if (unit.value === "none") put("unit", "");
  put("theme", theme.value === "auto" ? "" : theme.value);
  put("question", question.value.trim());
  put("answer", question.value.trim() && answer.value.trim());
  for (const { name, box } of ticks.flat()) if (!box.checked) all.set(`${name}_hide`, "true");
  return all;
}

/** The link and the frame, to be copied. */
function tailorLinks() {
  const link = element("input", { id: "tailor-link", readonly: true, "aria-label": "Link" });
  const frame = element("textarea", {
    id: "tailor-frame",
    readonly: true,
    rows: 3,
    "aria-label": "Frame for a page",
  });
  const told = element("p", { class: "note", "aria-live": "polite" });
  const row = (/** @type {HTMLInputElement | HTMLTextAreaElement} */ from) => {
    const copy = async () => {
      try {
        await navigator.clipboard.writeText(from.value);
        setText(told, "Copied.");
      } catch {
        from.select();
        setText(told, "Chosen: copy it with Ctrl+C.");
      }
    };
    return element(
      "div",
      { class: "copy" },
      from,
      element("button", { type: "button", class: "edged", onclick: copy }, "Copy"),
    );
  };
  const note = "A frame is shown where the server was started with --allow-embed and the site of " +
    "the page around it.";
  const nodes = [row(link), row(frame), element("p", { class: "note" }, note), told];
  const show = (/** @type {string} */ href) => {
    const escaped = href.replace(/&/g, "&amp;").replace(/"/g, "&quot;");
    link.value = href;
    frame.value = `<iframe src="${escaped}" width="1280" height="800" title="unitscope"></iframe>`;
  };
  return { nodes, told, show };
}

/** @param {Page} page @param {HTMLElement} root @param {string} place the address without its # */
export function openTailor(page, root, place) {
  let number = 0;
  const chosen = tailorChoices(page, refresh), links = tailorLinks();
  const group = (/** @type {string} */ words, /** @type {HTMLElement[]} */ nodes) =>
    element(
      "fieldset",
      {},
      element("legend", {}, words),
      element("div", { class: "ticks" }, ...nodes),
    );
  const [parts, controls] = chosen.ticks.map((some) => some.map(({ node }) => node));
  const close = element("button", {
    type: "button",
    class: "icon",
    "aria-label": "Close",
    onclick: () => box.close(),
  }, "×");
  const box = element(
    "dialog",
    { "aria-label": "Tailor this page", id: "tailor-box", onclose: () => box.remove() },
    element("header", {}, element("h2", {}, "Tailor this page"), close),
    element("p", { class: "muted" }, "Data, settings and choices are those of the page now."),
    group("Parts that are shown", parts),
    group("Controls that are shown", controls),
    group("It opens with", [
      fieldOf("Epoch", chosen.epoch),
      fieldOf("Unit", chosen.unit),
      fieldOf("Theme", chosen.theme),
    ]),
    fieldOf("Question", chosen.question),
    fieldOf("Answer, shown on demand", chosen.answer),
    ...links.nodes,
  );

  async function refresh() {
    const mine = ++number, { hash, data } = await wholeHash(page);
    if (mine !== number) return;
    const all = tailoredState(hash, chosen), fits = data.length <= LONGEST_DATA;
    if (data && fits) all.set("data", data);
    const full = "There is no room for these points in a link: press Share for a file.";
    setText(links.told, fits ? "" : full);
    links.show(`${place}#${all}`);
  }

  root.append(box);
  box.showModal();
  refresh();
}
