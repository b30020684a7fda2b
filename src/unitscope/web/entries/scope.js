// @ts-check
/** Puts the page together for a server, a notebook or a file: panels, keys, theme. */

import { element, logo, setText } from "../panels/elements.js";
import { Page } from "../page/page.js";
import { settingsOf } from "../page/shown.js";
import { initialState } from "../page/state.js";
import { curvesPanel } from "../panels/curves.js";
import { topBar } from "../panels/bar.js";
import { columnsPanel } from "../panels/columns.js";
import { diagramPanel } from "../panels/diagram.js";
import { dialogs } from "../panels/dialogs.js";
import { dataPanel } from "../panels/plane.js";
import { confusionPanel, explanationPanel } from "../panels/lists.js";
import { headlineOf } from "../panels/headline.js";
import { hiddenPanel } from "../panels/hidden.js";
import { regionsPanel } from "../panels/regions.js";
import { seedsPanel } from "../panels/seeds.js";
import { tracePanel, unitPanel } from "../panels/unit.js";
import { takeFiles } from "../panels/files.js";

/** @import { Host, Panel } from "../page/page.js" */
/** @import { State } from "../page/state.js" */
/** @import { WorkerLike } from "../page/views.js" */
/** @import { Look } from "../pure/colors.js" */
/** @import { FileScene, Hello } from "../pure/scene.d.ts" */

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
 * the whole document; `dark`: whether the theme "auto" is; `startWorker`: one for large pictures.
 * @typedef {{state?: State, keepState?: boolean, keys?: boolean, dark?: Dark,
 *   startWorker?: () => WorkerLike | null}} Options
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
  if (options.startWorker) page.views.start = options.startWorker;
  if (!keepState) Object.assign(page.state, settingsOf(page, hello.first));
  const parts = partsOf(page);
  const frame = frameOf(page, root);
  root.classList.add("unitscope", "unpainted");
  root.replaceChildren(...laidOut(parts, frame));
  // Canvases with words first: to write them the browser styles what was changed before.
  const { regions, hidden, curves, bar, extra, ...others } = parts;
  page.panels = [
    regions,
    hidden,
    curves,
    ...Object.values(others),
    bar,
    frame,
    extra,
  ];
  root.addEventListener("chartfit", () => page.changed());
  const unwatch = watchSight(page, [parts.trace, parts.confusion, parts.hidden]);
  const undress = followTheme(page, dark), unload = takeFiles(page, root);
  const unprint = printLight(page);
  page.showBehind = () => root.classList.toggle("behind", page.waiting.size > 0);
  const target = keys ? document : root;
  const pressed = (/** @type {Event} */ event) =>
    takeKey(page, /** @type {KeyboardEvent} */ (event));
  target.addEventListener("keydown", pressed);
  page.close = () => {
    undress();
    unprint();
    unload();
    target.removeEventListener("keydown", pressed);
    parts.seeds.close?.();
    parts.bar.close?.();
    unwatch();
    page.playback.pause();
    page.views.worker?.terminate();
  };
  return page;
}

/** Every panel, in the order in which they are built. @param {Page} page */
const partsOf = (page) => ({
  headline: headlineOf(page),
  bar: topBar(page),
  plane: dataPanel(page),
  extra: dialogs(page),
  columns: columnsPanel(page),
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
 * What is around the panels: colours, words for those who hear the page.
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
  page.announce = (words) => setText(live, words);
  /** @type {Look | null} */
  let dressed = null;
  function update() {
    root.classList.remove("unpainted");
    if (dressed === page.look) return; // else every frame would style the whole page anew
    dressed = page.look;
    for (const name of VARIABLES) root.style.setProperty(`--${name}`, page.look[name]);
    root.dataset.theme = page.theme;
  }
  return { live, update };
}

/**
 * The first screen, and what is further down.
 * @param {ReturnType<typeof partsOf>} parts
 * @param {ReturnType<typeof frameOf>} frame
 */
function laidOut(parts, { live }) {
  const area = (/** @type {string} */ name, /** @type {Pick<Panel, "node">[]} */ ...panels) =>
    element("div", { class: `area-${name}` }, ...panels.map(({ node }) => node));
  const below = {
    "Hidden space": area("hidden", parts.hidden),
    "Confusion matrix": area("confusion", parts.confusion),
    "All facts": area("facts", parts.explanation.facts),
    "64 starts": area("seeds", parts.seeds),
  };
  return [
    element(
      "div",
      { class: "first" },
      element("p", { class: "brand" }, logo(), "unitscope"),
      parts.headline.node,
      parts.extra.node,
      area("data", parts.plane),
      area("network", parts.bar, parts.diagram, parts.curves),
      area("map", parts.regions),
      area("words", parts.explanation),
      area("point", parts.trace, parts.unit),
      element(
        "nav",
        { class: "further", "aria-label": "Further down" },
        ...Object.entries(below).map(([words, part]) =>
          element(
            "button",
            { type: "button", onclick: () => part.scrollIntoView() },
            `${words} ↓`,
          )
        ),
      ),
    ),
    element("div", { class: "lower" }, ...Object.values(below)),
    parts.columns.node,
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

/**
 * On paper the page is light, whatever the theme.
 * @param {Page} page
 * @returns {() => void} ends it
 */
function printLight(page) {
  const before = () => {
    page.printing = true;
    page.showTheme("light");
    page.paint(performance.now());
    page.printing = false;
  };
  const after = () => page.followTheme?.();
  addEventListener("beforeprint", before);
  addEventListener("afterprint", after);
  return () => {
    removeEventListener("beforeprint", before);
    removeEventListener("afterprint", after);
  };
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
