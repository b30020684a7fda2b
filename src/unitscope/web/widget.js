// @ts-check
/** The notebook widget: the same view, which asks the notebook's kernel instead of a server. */

import { openScope } from "./scope.js";
import { initialState } from "./state.js";

/**
 * @param {{model: any, el: HTMLElement}} given by anywidget
 * @returns {() => void} takes the view down
 */
function renderWidget({ model, el }) {
  let number = 0;
  /** @type {Map<number, {resolve: (reply: any) => void, progress?: (done: number, of: number) => void}>} */
  const asked = new Map();
  const root = document.createElement("div");
  el.append(root);
  const prefix = Math.random().toString(36).slice(2); // several views of one widget share its messages
  const answered = (/** @type {any} */ message) => {
    if (message.view !== prefix) return;
    const one = asked.get(message.id);
    asked.delete(message.id);
    one?.resolve(message);
  };
  model.on("msg:custom", answered);
  /** @type {import("./page.js").Host} */
  const host = {
    readOnly: false,
    ask: (request, progress) => new Promise((resolve) => {
      const id = ++number;
      asked.set(id, { resolve, progress });
      model.send({ id, view: prefix, ...request });
    }),
    selected: (point) => {
      model.set("selected", point);
      model.save_changes();
    },
  };
  const state = { ...initialState(), theme: model.get("theme") };
  const page = openScope(root, host, model.get("_hello"), { state, keys: false });
  const chosen = () => { if (model.get("selected") !== page.pinnedPoint) page.choosePoint(model.get("selected")); };
  const other = () => {
    page.state.theme = model.get("theme");
    page.followTheme?.();
  };
  model.on("change:selected", chosen);
  model.on("change:theme", other);
  root.tabIndex = -1;
  return () => {
    model.off("msg:custom", answered);
    model.off("change:selected", chosen);
    model.off("change:theme", other);
    page.close?.();
  };
}

export default { render: renderWidget };
