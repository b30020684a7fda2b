// @ts-check
/** The notebook widget: the same view, which asks the notebook's kernel instead of a server. */

import { OWN_DATA } from "../panels/controls.js";
import { openScope, showRun } from "./scope.js";
import { initialState } from "../page/state.js";

const BUSY = 1000; // ms without an answer, until the view says that the kernel is busy
const BUSY_WORDS = "Waiting for the notebook's kernel. Where it was stopped, run the cell again.";

/**
 * @param {{model: any, el: HTMLElement}} given by anywidget
 * @returns {() => void} takes the view down
 */
function renderWidget({ model, el }) {
  const root = document.createElement("div"), view = Math.random().toString(36).slice(2); // several views of one widget share its messages
  el.append(root);
  const { host, end } = kernelHost(model, view, (waiting) => {
    if (waiting || page.status === BUSY_WORDS) page.say(waiting ? BUSY_WORDS : "");
  });
  const dark = notebookDark(),
    state = { ...initialState(), theme: model.get("theme"), dataset: OWN_DATA };
  const page = openScope(root, host, { ...model.get("_hello"), first: model.get("_first") }, {
    state,
    keys: false,
    dark,
  });
  /** @type {number | null} */
  let chosen = null;
  const choose = () => {
    const point = model.get("selected");
    if (point === page.pinnedPoint || point >= page.data.labels.length) return; // of points that this view has not got yet
    chosen = point;
    page.choosePoint(point);
  };
  page.painted = () => {
    if (page.pinnedPoint === chosen) return;
    chosen = page.pinnedPoint;
    model.set("selected", chosen);
    model.save_changes();
  };
  const follow = () => {
    const first = model.get("_first");
    if (first.by !== view) {
      Object.assign(page, { table: null, edits: false });
      page.state.dataset = OWN_DATA;
      showRun(page, first);
    }
    choose();
  };
  const dress = () => {
    page.state.theme = model.get("theme");
    page.followTheme?.();
  };
  /** @type {Record<string, () => void>} */
  const changes = { "change:selected": choose, "change:_first": follow, "change:theme": dress };
  for (const [name, call] of Object.entries(changes)) model.on(name, call);
  const unguard = guardKeys(root);
  root.tabIndex = -1;
  choose();
  return () => {
    for (const [name, call] of Object.entries(changes)) model.off(name, call);
    unguard();
    end();
    dark.end();
    page.close?.();
    root.remove();
  };
}

/**
 * Asks the kernel, by the model's messages.
 * @param {any} model @param {string} view @param {(waiting: boolean) => void} told whether the kernel is busy with something else
 * @returns {{host: import("../page/page.js").Host, end: () => void}}
 */
function kernelHost(model, view, told) {
  let number = 0;
  /** @type {Map<number, {resolve: (reply: any) => void, progress?: (done: number, of: number) => void}>} */
  const asked = new Map();
  /** @type {any} */
  let patience = null;
  const heard = () => {
    clearTimeout(patience);
    patience = null;
    told(false);
  };
  const take = (/** @type {any} */ message) => {
    if (message.view !== view) return;
    heard();
    const one = asked.get(message.id);
    if (message.kind === "progress") return one?.progress?.(message.done, message.of);
    asked.delete(message.id);
    one?.resolve(message);
  };
  model.on("msg:custom", take);
  return {
    host: {
      readOnly: false,
      ask: (request, progress) =>
        new Promise((resolve) => {
          const id = ++number;
          asked.set(id, { resolve, progress });
          patience ??= setTimeout(() => told(true), BUSY);
          model.send({ id, view, ...request });
        }),
    },
    end: () => {
      clearTimeout(patience);
      model.off("msg:custom", take);
      if (asked.size) model.send({ id: ++number, view, kind: "cancel" });
    },
  };
}

/**
 * Keeps the keys pressed in the view from the notebook, whose shortcuts are letters too ("dd" deletes the cell), but for
 * those that run cells and those with Ctrl, Cmd or Alt, save the ones that edit. JupyterLab looks at keys before anyone
 * inside it, and passes over what is marked; other notebooks look at those that come out.
 * @param {HTMLElement} root
 * @returns {() => void} ends it
 */
function guardKeys(root) {
  const notebooks = (/** @type {KeyboardEvent} */ event) => {
    const command = event.ctrlKey || event.metaKey || event.altKey;
    return event.key === "Enter"
      ? command || event.shiftKey
      : command && !"acvxyz".includes(event.key.toLowerCase());
  };
  const mark = (/** @type {KeyboardEvent} */ event) =>
    root.toggleAttribute("data-lm-suppress-shortcuts", !notebooks(event));
  const keep = (/** @type {KeyboardEvent} */ event) => {
    if (!notebooks(event)) event.stopPropagation();
  };
  const ownMenu = (/** @type {Event} */ event) => {
    if (event.defaultPrevented) event.stopPropagation();
  };
  addEventListener("keydown", mark, true);
  root.addEventListener("keydown", keep);
  root.addEventListener("contextmenu", ownMenu);
  return () => removeEventListener("keydown", mark, true);
}

/** Whether the notebook is dark, where it tells (JupyterLab, VS Code, marimo), else the system.
 * @returns {import("./scope.js").Dark & {end: () => void}} */
function notebookDark() {
  const system = matchMedia("(prefers-color-scheme: dark)"), { body } = document;
  /** @type {MutationObserver | null} */
  let watched = null;
  return {
    get matches() {
      const lab = body.dataset.jpThemeLight,
        code = body.dataset.vscodeThemeKind,
        marimo = body.dataset.theme;
      if (lab) return lab === "false";
      if (code) return code.includes("dark") || code === "vscode-high-contrast";
      return marimo === "dark" || (marimo !== "light" && system.matches);
    },
    addEventListener(name, call) {
      system.addEventListener(name, call);
      watched = new MutationObserver(call);
      watched.observe(body, {
        attributeFilter: ["data-jp-theme-light", "data-vscode-theme-kind", "data-theme"],
      });
    },
    removeEventListener: (name, call) => system.removeEventListener(name, call),
    end: () => watched?.disconnect(),
  };
}

export default { render: renderWidget };
