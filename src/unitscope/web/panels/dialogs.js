// @ts-check
/** Buttons at the top right (lessons, share, export, theme, help) and their dialogs. */

import { decodeBytes } from "../pure/codec.js";
import { choice, element, iconButton, setText } from "./elements.js";
import { dataToWire } from "../pure/data.js";

/** @import { Page, Panel } from "../page/page.js" */
/** @import { ExportRequest } from "../pure/scene.d.ts" */

const KEYS = [
  ["Space", "play or pause"],
  ["→ ←", "one epoch on or back"],
  ["Home, End", "first or last epoch"],
  ["R", "reset to the start"],
  ["Ctrl+Z", "undo; with Shift, redo"],
  [". and ,", "next or previous point, on a picture of the data"],
  ["arrows", "move the chosen point; with Shift, further"],
  ["0 to 9", "give it another class"],
  ["Delete", "erase it"],
  ["Enter", "add a point"],
  ["Esc", "back to the decision regions"],
  ["?", "this list"],
];

/** @param {Page} page @returns {Panel} */
export function dialogs(page) {
  const help = dialog(
    "Keys",
    element(
      "dl",
      { class: "keys" },
      ...KEYS.flatMap(([key, words]) => [element("dt", {}, key), element("dd", {}, words)]),
    ),
  );
  const shared = element("p", { class: "note", "aria-live": "polite" });
  const files = element("div", { class: "files" });
  const exporting = dialog("Export", files, shared);
  const theme = choice(
    [["auto", "System"], ["light", "Light"], ["dark", "Dark"]],
    page.state.theme,
    (value) => {
      page.show({ theme: value });
      page.followTheme?.();
    },
    { "aria-label": "Theme", id: "theme" },
  );
  const share = element("button", {
    type: "button",
    id: "share",
    onclick: async () => {
      await page.shared?.();
      try {
        await navigator.clipboard.writeText(location.href);
        setText(share, "Link copied");
      } catch {
        setText(share, "Copy the address bar");
      }
      setTimeout(() => setText(share, "Share"), 2500);
    },
  }, "Share");
  const lessons = element("button", {
    type: "button",
    id: "lessons",
    onclick: async () => (await page.lessons?.())?.open(),
  }, "Lessons");
  const node = element(
    "div",
    { class: "actions" },
    lessons,
    page.readOnly ? null : share,
    element("button", {
      type: "button",
      id: "export",
      onclick: () => openExport(page, exporting, files, shared),
    }, "Export"),
    theme,
    iconButton("Keys", "?", () => help.showModal(), { id: "help" }),
    help,
    exporting,
  );
  page.openHelp = () => help.showModal();
  return {
    node,
    update: () => {
      lessons.hidden = !page.lessons;
      share.hidden = !page.address; // a notebook's address holds no setup
      if (theme.value !== page.state.theme) theme.value = page.state.theme;
    },
  };
}

/** @param {string} title @param {...Node} children @returns {HTMLDialogElement} */
function dialog(title, ...children) {
  const made = element(
    "dialog",
    { "aria-label": title },
    element(
      "header",
      {},
      element("h2", {}, title),
      element("button", {
        type: "button",
        class: "icon",
        "aria-label": "Close",
        onclick: () => made.close(),
      }, "×"),
    ),
    ...children,
  );
  return made;
}

/** What Python makes. @type {[ExportRequest["what"], string][]} */
const FILES = [
  ["html", "This page as one file (works offline)"],
  ["keras", "Keras script with these weights"],
  ["numpy", "NumPy script with these weights"],
  ["run", "Run file (.npz) for Python"],
];

/**
 * @param {Page} page
 * @param {HTMLDialogElement} box
 * @param {HTMLElement} files
 * @param {HTMLElement} note
 */
function openExport(page, box, files, note) {
  setText(note, "");
  const made = page.alone ? [] : FILES;
  const shown = page.panels.flatMap((panel) =>
    "node" in panel && panel.exported && !panel.node.hidden ? [panel.exported] : []
  );
  files.replaceChildren(
    ...made.map(([what, words]) =>
      element("button", {
        type: "button",
        "data-what": what,
        onclick: () => askFile(page, what, note),
      }, words)
    ),
    ...shown.map(({ words, files: kinds }) =>
      element(
        "div",
        { class: "row" },
        element("span", { class: "grow" }, words),
        ...kinds.map(({ kind, name, make }) =>
          element("button", {
            type: "button",
            "data-file": name,
            "aria-label": `${words} as ${kind}`,
            onclick: () => save(name, make, note),
          }, kind)
        ),
      )
    ),
  );
  box.showModal();
}

/** @param {string} name @param {() => Blob | Promise<Blob>} make @param {HTMLElement} note */
async function save(name, make, note) {
  try {
    download(await make(), name);
    setText(note, `${name} is in your downloads.`);
  } catch (problem) {
    setText(note, problem instanceof Error ? problem.message : String(problem));
  }
}

/** @param {Page} page @param {ExportRequest["what"]} what @param {HTMLElement} note */
async function askFile(page, what, note) {
  setText(note, "Making the file …");
  const { stays, model } = page.elsewhere, readAs = stays ? model?.run.read_as : undefined;
  const read = readAs === undefined ? null : { read_as: readAs };
  const reply = await page.host.ask({
    kind: "export",
    what,
    data: dataToWire(page.data),
    recipe: page.recipe(),
    early_stopping: page.patience,
    course: page.course,
    network: what === "keras" || what === "numpy" || read ? page.playback.networkToWire() : null,
    ...read,
  });
  if (reply.kind !== "file") {
    const away = "The server is away. Try again.";
    return setText(note, reply.kind === "refused" ? reply.message : away);
  }
  download(
    new Blob([decodeBytes(reply.content)], { type: reply.mime }),
    reply.name,
  );
  setText(note, `${reply.name} is in your downloads.`);
}

/** @param {Blob} blob @param {string} name */
function download(blob, name) {
  const link = element("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
