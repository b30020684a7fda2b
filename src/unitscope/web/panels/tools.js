// @ts-check
/** The tools of the map: what a click does, undo and redo, and the classes. */

import { cutName, element, iconButton } from "./elements.js";
import { markerPicture } from "./markers.js";

/** @import { Tool } from "../page/dataset.js" */
/** @import { Page } from "../page/page.js" */

/** @type {[Tool, string][]} */
const TOOLS = [["move", "Move"], ["add", "Add"], ["erase", "Erase"], ["relabel", "Relabel"]];

/** What a click does, undo, and the classes: their key, and a choice. @param {Page} page */
export function toolsOf(page) {
  const chips = element("div", {
    class: "chips",
    role: "group",
    "aria-label": "Class of new points",
  });
  const modes = element(
    "div",
    { class: "segments", role: "group", "aria-label": "What a click does" },
    ...TOOLS.map(([tool, words]) =>
      element("button", {
        type: "button",
        class: "mode",
        "data-tool": tool,
        onclick: () => page.dataset.chooseTool(tool),
      }, words)
    ),
  );
  const undo = iconButton("Undo", "undo", () => page.dataset.undo(), { id: "undo" }),
    redo = iconButton("Redo", "redo", () => page.dataset.redo(), { id: "redo" });
  let key = "";
  function update() {
    const { data, look } = page;
    for (const tool of [modes, undo, redo]) tool.hidden = page.readOnly;
    undo.disabled = !page.dataset.canUndo();
    redo.disabled = !page.dataset.canRedo();
    const now = JSON.stringify([data.classNames, look.name]);
    if (now !== key) {
      key = now;
      chips.replaceChildren(
        ...data.classNames.map((name, k) =>
          element(
            "button",
            {
              type: "button",
              class: "chip",
              title: name,
              onclick: () => page.dataset.chooseClass(k),
            },
            markerPicture(look, k),
            cutName(name),
          )
        ),
      );
    }
    const { tool, chosenClass } = page.dataset, asked = tool === "add" || tool === "relabel";
    [...chips.children].forEach((chip, k) =>
      chip.setAttribute("aria-pressed", String(asked && chosenClass === k))
    );
    for (const mode of modes.querySelectorAll("button")) {
      mode.setAttribute("aria-pressed", String(mode.dataset.tool === page.dataset.tool));
    }
  }
  return { modes, undo, redo, chips, update };
}
