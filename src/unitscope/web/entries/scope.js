// @ts-check
/** Puts the page together for a server, a notebook or a file: panels, status line, keys, theme. */

import { decodeBytes } from "../pure/codec.js";
import { dataFromWire } from "../pure/data.js";
import { element, setText } from "../panels/elements.js";
import { Page } from "../page/page.js";
import { initialState } from "../page/state.js";
import { curvesPanel } from "../panels/curves.js";
import { topBar } from "../panels/bar.js";
import { dataControls } from "../panels/controls.js";
import { diagramPanel } from "../panels/diagram.js";
import { dialogs } from "../panels/dialogs.js";
import { dataPanel } from "../panels/plane.js";
import { confusionPanel, explanationPanel } from "../panels/lists.js";
import { hiddenPanel } from "../panels/hidden.js";
import { regionsPanel } from "../panels/regions.js";
import { seedsPanel } from "../panels/seeds.js";
import { tourPanel } from "../panels/tour.js";
import { tracePanel, unitPanel } from "../panels/unit.js";

/** @import { Host, Panel } from "../page/page.js" */
/** @import { State } from "../page/state.js" */
/** @import { Look } from "../pure/colors.js" */
/** @import { FileScene, FirstScene, Hello } from "../pure/scene.d.ts" */
/** @import { View } from "../pure/view.js" */

/** The theme's colours that are CSS variables. */
const VARIABLES = /** @type {const} */ ([
  "background",
  "text",
  "muted",
  "grid",
  "line",
  "halo",
  "ring",
  "negative",
  "zero",
  "positive",
]);

/**
 * Whether it is dark around the view; `matchMedia` gives one.
 * @typedef {object} Dark
 * @property {boolean} matches
 * @property {(name: "change", call: () => void) => void} addEventListener
 * @property {(name: "change", call: () => void) => void} removeEventListener
 */

/**
 * `keepState`: the settings are the state's, not those of the first run; `keys`: take the keys of
 * the whole document; `dark`: whether the theme "auto" is.
 * @typedef {{state?: State, keepState?: boolean, keys?: boolean, dark?: Dark}} Options
 */

/**
 * Build the whole view into `root`.
 * @param {HTMLElement} root
 * @param {Host} host
 * @param {Hello | FileScene} hello
 * @param {Options} [options]
 * @returns {Page}
 */
export function openScope(root, host, hello, options = {}) {
  const { state = initialState(hello), keepState = false, keys = true } = options;
  const { dark = matchMedia("(prefers-color-scheme: dark)") } = options;
  const page = new Page(host, hello, state);
  if (!keepState) Object.assign(page.state, settingsOf(hello.first));
  const parts = partsOf(page);
  const frame = frameOf(page, root);
  root.classList.add("unitscope");
  root.replaceChildren(...laidOut(parts, frame));
  // Canvases with words first: to write them the browser styles what was changed before.
  const { regions, hidden, curves, plane, bar, controls, tour, extra, ...others } = parts;
  page.panels = [
    regions,
    hidden,
    curves,
    plane,
    ...Object.values(others),
    bar,
    controls,
    frame,
    tour,
    extra,
  ];
  root.addEventListener("chartfit", () => page.changed());
  const unwatch = watchSight(page, [parts.trace, parts.confusion]);
  const undress = followTheme(page, dark);
  const target = keys ? document : root;
  const pressed = (/** @type {Event} */ event) =>
    takeKey(page, /** @type {KeyboardEvent} */ (event));
  target.addEventListener("keydown", pressed);
  page.close = () => {
    undress();
    target.removeEventListener("keydown", pressed);
    parts.seeds.close?.();
    unwatch();
    page.playback.pause();
  };
  return page;
}

/** Every panel, in the order in which they are built. @param {Page} page */
const partsOf = (page) => ({
  bar: topBar(page),
  controls: dataControls(page),
  plane: dataPanel(page),
  tour: tourPanel(page),
  extra: dialogs(page),
  regions: regionsPanel(page),
  diagram: diagramPanel(page),
  unit: unitPanel(page),
  hidden: hiddenPanel(page),
  curves: curvesPanel(page),
  trace: tracePanel(page),
  confusion: confusionPanel(page),
  explanation: explanationPanel(page),
  seeds: seedsPanel(page),
});

/**
 * What is around the panels: a summary, the status line, words for those who hear the page.
 * @param {Page} page
 * @param {HTMLElement} root
 */
function frameOf(page, root) {
  const live = element("div", {
    class: "sr-only",
    "aria-live": "polite",
    role: "status",
    id: "live",
  });
  const status = element("p", { class: "status", id: "status" });
  const summary = element("p", { class: "summary", id: "summary" });
  page.announce = (words) => setText(live, words);
  page.showStatus = () => {
    setText(status, page.status);
    status.hidden = !page.status;
    status.classList.toggle("bad", page.statusBad);
  };
  /** @type {Look | null} */
  let dressed = null;
  /** @param {View} view */
  function update(view) {
    if (dressed !== page.look) { // else every frame would style the whole page anew
      dressed = page.look;
      for (const name of VARIABLES) root.style.setProperty(`--${name}`, page.look[name]);
      root.dataset.theme = page.theme;
    }
    page.showStatus?.();
    setText(summary, summaryOf(page, view));
  }
  return { live, status, summary, update };
}

/**
 * The page's rows, from the top.
 * @param {ReturnType<typeof partsOf>} parts
 * @param {ReturnType<typeof frameOf>} frame
 */
function laidOut(parts, { live, status, summary }) {
  const area = (/** @type {string} */ name, /** @type {Panel[]} */ ...panels) =>
    element("div", { class: `area-${name}` }, ...panels.map(({ node }) => node));
  const title = element("h1", {}, "unitscope");
  return [
    element("header", { class: "top" }, title, summary, parts.extra.node),
    parts.bar.node,
    status,
    parts.tour.node,
    element(
      "div",
      { class: "grid" },
      area("data", parts.plane, parts.controls),
      area("network", parts.diagram, parts.unit),
      area("map", parts.regions),
      area("lower", parts.curves, parts.hidden, parts.trace, parts.confusion),
      area("words", parts.explanation),
      area("seeds", parts.seeds),
    ),
    live,
  ];
}

/**
 * Tell panels whether they are on the screen.
 * @param {Page} page
 * @param {Panel[]} panels
 * @returns {() => void} ends it
 */
function watchSight(page, panels) {
  const seen = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      for (const panel of panels) if (panel.node === target) panel.away = !isIntersecting;
    }
    page.changed();
  });
  for (const { node } of panels) seen.observe(node);
  return () => seen.disconnect();
}

/**
 * Dress the page in the theme chosen, or in that around it.
 * @param {Page} page
 * @param {Dark} dark
 * @returns {() => void} ends it
 */
function followTheme(page, dark) {
  const follow = () => {
    const { theme } = page.state;
    page.showTheme(theme === "auto" ? (dark.matches ? "dark" : "light") : theme);
  };
  dark.addEventListener("change", follow);
  page.followTheme = follow;
  follow();
  return () => dark.removeEventListener("change", follow);
}

/** The settings that a run was trained with. @param {FirstScene} first @returns {Partial<State>} */
function settingsOf({ run: { recipe }, data }) {
  const held = decodeBytes(data.held_out ?? ""),
    share = held.length ? held.filter((one) => one !== 0).length / held.length : 0;
  return {
    networkShape: recipe.hidden,
    activation: recipe.activation,
    optimizer: recipe.optimizer,
    learningRate: recipe.learning_rate,
    batchSize: recipe.batch_size,
    epochs: recipe.epochs,
    l1: recipe.l1,
    l2: recipe.l2,
    seed: recipe.seed,
    percTrainData: Math.round(100 * (1 - share)),
  };
}

/**
 * Show a run from outside, with its data and settings; what was asked before is dropped.
 * @param {Page} page
 * @param {FirstScene} first
 */
export function showRun(page, first) {
  page.requests.forget();
  page.seeds.busy = false;
  Object.assign(page.state, settingsOf(first));
  page.dataset.takeData(dataFromWire(first.data));
  page.takeRun(first.run, first.claims);
}

/** @param {Page} page @param {View} view */
function summaryOf(page, view) {
  const { labels } = page.data, { epoch, edited } = page.playback;
  const right = labels.filter((own, i) => view.predicted[i] === own).length;
  const by = edited ? ", weights changed by hand" : "";
  return `${right} of ${labels.length} points right at epoch ${epoch}${by}`;
}

/** @param {Page} page @param {KeyboardEvent} event */
function takeKey(page, event) {
  const where = /** @type {HTMLElement} */ (event.composedPath()[0]);
  const typing = where.matches?.("input:not([type=range]):not([type=checkbox]), textarea, select"),
    pressing = where.matches?.("button, input, a, summary, [role=button]");
  if (
    (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !typing && !page.readOnly
  ) {
    event.preventDefault();
    return event.shiftKey ? page.dataset.redo() : page.dataset.undo();
  }
  if (
    event.ctrlKey || event.metaKey || event.altKey || typing ||
    document.querySelector("dialog[open]")
  ) return;
  /** @type {Record<string, () => void>} */
  const verbs = {
    r: () => page.playback.reset(),
    R: () => page.playback.reset(),
    "?": () => page.openHelp?.(),
  };
  if (!where.matches?.("input[type=range]")) {
    Object.assign(verbs, {
      ArrowRight: () => page.playback.step(1),
      ArrowLeft: () => page.playback.step(-1),
      Home: () => page.playback.reset(),
      End: () => page.playback.step(page.run.loss.length),
    });
  }
  if (!pressing) verbs[" "] = () => page.playback.togglePlay();
  if (event.key === "Escape") {
    return void (page.selection.pinnedUnit && page.selection.chooseUnit(null));
  }
  const verb = verbs[event.key];
  if (!verb) return;
  event.preventDefault();
  verb();
}
