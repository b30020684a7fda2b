// @ts-check
/** The notebook widget: the same view, which asks the notebook's kernel instead of a server. */

import { OWN_DATA } from "../page/dataset.js";
import { lessonsOn } from "../lessons/lessons.js";
import { openScope } from "./scope.js";
import { showRun } from "../page/shown.js";
import { initialState } from "../page/state.js";

/** @import { Host } from "../page/page.js" */
/** @import { Answer, Progress } from "../page/requests.js" */
/** @import { FirstScene, GreetingScene, Hello, Reply } from "../pure/scene.d.ts" */
/** @import { State } from "../page/state.js" */
/** @import { Dark } from "./scope.js" */

/**
 * What the widget's model holds; `by`: the view whose training it is.
 * @typedef {object} Traits
 * @property {GreetingScene} _hello
 * @property {FirstScene & {by?: string}} _first
 * @property {number | null} selected
 * @property {State["theme"]} theme
 */
/**
 * The part of anywidget's model that is used.
 * @typedef {object} Model
 * @property {<Name extends keyof Traits>(name: Name) => Traits[Name]} get
 * @property {<Name extends keyof Traits>(name: Name, value: Traits[Name]) => void} set
 * @property {() => void} save_changes
 * @property {(name: string, call: (message: any) => void) => void} on
 * @property {(name: string, call: (message: any) => void) => void} off
 * @property {(message: object) => void} send
 */

const BUSY = 1000; // ms without an answer, until the view says that the kernel is busy
const BUSY_WORDS = "Waiting for the notebook's kernel. Where it was stopped, run the cell again.";

/**
 * @param {{model: Model, el: HTMLElement}} given by anywidget
 * @returns {() => void} takes the view down
 */
function renderWidget({ model, el }) {
  const root = document.createElement("div");
  // Several views of one widget share its messages.
  const view = Math.random().toString(36).slice(2);
  el.append(root);
  const { host, end } = kernelHost(model, view, (waiting) => {
    if (waiting || page.status === BUSY_WORDS) page.say(waiting ? BUSY_WORDS : "");
  });
  const dark = notebookDark(), hello = { ...model.get("_hello"), first: model.get("_first") };
  const state = { ...initialState(hello), theme: model.get("theme"), dataset: OWN_DATA };
  const page = openScope(root, host, hello, { state, keys: false, dark });
  const lessons = lessonsOn(page, root);
  page.lessons = () => Promise.resolve(lessons);
  /** @type {number | null} */
  let chosen = null;
  const choose = () => {
    const point = model.get("selected");
    if (point === page.selection.pinnedPoint) return;
    if (point !== null && point >= page.data.labels.length) return; // this view has them not yet
    chosen = point;
    page.selection.choosePoint(point);
  };
  page.painted = () => {
    if (page.selection.pinnedPoint === chosen) return;
    chosen = page.selection.pinnedPoint;
    model.set("selected", chosen);
    model.save_changes();
  };
  const follow = () => {
    const first = model.get("_first");
    if (first.by !== view) {
      Object.assign(page.dataset, { table: null, edited: false });
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

/** @typedef {Exclude<Reply, Hello> & {id: number, view: string}} FromKernel */

/**
 * Asks the kernel, by the model's messages.
 * @param {Model} model
 * @param {string} view
 * @param {(waiting: boolean) => void} told whether the kernel is busy with something else
 * @returns {{host: Host, end: () => void}}
 */
function kernelHost(model, view, told) {
  let number = 0;
  /** @type {Map<number, {resolve: (reply: Answer) => void, progress?: Progress}>} */
  const asked = new Map();
  /** @type {number | undefined} */
  let patience;
  const heard = () => {
    clearTimeout(patience);
    patience = undefined;
    told(false);
  };
  const take = (/** @type {FromKernel} */ message) => {
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
 * Keeps the keys pressed in the view from the notebook, whose shortcuts are letters too ("dd"
 * deletes the cell), but for those that run cells and those with Ctrl, Cmd or Alt, save the ones
 * that edit. JupyterLab looks at keys before anyone inside it, and passes over what is marked;
 * other notebooks look at those that come out.
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
 * @returns {Dark & {end: () => void}} */
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
