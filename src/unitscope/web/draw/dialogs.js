// @ts-check
/** Buttons at the top right: tour, share, export, scale, theme, help; and the dialogs behind them. */

import { decodeBytes } from "../codec.js";
import { choice, element, iconButton, setText } from "../elements.js";
import { dataToWire } from "../editor.js";

const KEYS = [["Space", "play or pause"], ["→ ←", "one epoch on or back"], ["Home, End", "first or last epoch"], ["R", "reset to the start"], ["Ctrl+Z", "undo; with Shift, redo"],
  [". and ,", "next or previous point, on a picture of the data"], ["arrows", "move the chosen point; with Shift, further"], ["0 to 9", "give it another class"], ["Delete", "erase it"], ["Enter", "add a point"], ["Esc", "back to the decision regions"], ["?", "this list"]];

/** @param {any} page @returns {{node: HTMLElement, update: () => void}} */
export function dialogs(page) {
  const help = dialog("Keys", element("dl", { class: "keys" }, ...KEYS.flatMap(([key, words]) => [element("dt", {}, key), element("dd", {}, words)])));
  const shared = element("p", { class: "note", "aria-live": "polite" });
  const files = element("div", { class: "files" });
  const exporting = dialog("Export", files, shared);
  const scale = choice([["shared", "One scale"], ["unit", "Scale per unit"]], page.state.scale, (value) => page.show({ scale: value }), { "aria-label": "Colour scale of the units", id: "scale" });
  const theme = choice([["auto", "System theme"], ["light", "Light"], ["dark", "Dark"]], page.state.theme, (value) => {
    page.show({ theme: value });
    page.followTheme();
  }, { "aria-label": "Theme", id: "theme" });
  const share = element("button", { type: "button", id: "share", onclick: async () => {
    page.saveNow?.();
    try {
      await navigator.clipboard.writeText(location.href);
      setText(share, "Link copied");
    } catch {
      setText(share, "Copy the address bar");
    }
    setTimeout(() => setText(share, "Share"), 2500);
  } }, "Share");
  const node = element("div", { class: "actions" },
    element("button", { type: "button", id: "tour", onclick: () => page.startTour() }, "Tour"), page.readOnly ? null : share,
    element("button", { type: "button", id: "export", onclick: () => openExport(page, exporting, files, shared) }, "Export"), scale, theme,
    iconButton("Keys", "?", () => help.showModal(), { id: "help" }), help, exporting);
  page.openHelp = () => help.showModal();
  return { node, update: () => {
    share.hidden = !page.address; // a notebook's address holds no setup
    if (scale.value !== page.state.scale) scale.value = page.state.scale;
    if (theme.value !== page.state.theme) theme.value = page.state.theme;
  } };
}

/** @param {string} title @param {...Node} children @returns {HTMLDialogElement} */
function dialog(title, ...children) {
  const made = element("dialog", { "aria-label": title }, element("header", {}, element("h2", {}, title), element("button", { type: "button", class: "icon", "aria-label": "Close", onclick: () => made.close() }, "×")), ...children);
  return made;
}

/** @param {any} page @param {HTMLDialogElement} box @param {HTMLElement} files @param {HTMLElement} note */
function openExport(page, box, files, note) {
  setText(note, "");
  const made = page.readOnly ? [] : [["html", "This page as one file (works offline)"], ["keras", "Keras script with these weights"], ["numpy", "NumPy script with these weights"], ["run", "Run file (.npz) for Python"]];
  const pictures = /** @type {HTMLCanvasElement[]} */ ([.../** @type {Document | ShadowRoot} */ (box.getRootNode()).querySelectorAll("canvas.plane, canvas.curves")]);
  files.replaceChildren(
    ...made.map(([what, words]) => element("button", { type: "button", "data-what": what, onclick: () => askFile(page, what, note) }, words)),
    ...pictures.map((canvas) => element("button", { type: "button", onclick: () => canvas.toBlob((blob) => blob && download(blob, `${canvas.id || "curves"}.png`)) }, `Picture: ${canvas.closest("section")?.getAttribute("aria-label")} (PNG)`)),
    element("button", { type: "button", id: "export-svg", onclick: () => download(new Blob([regionsAsSvg(page)], { type: "image/svg+xml" }), "regions.svg") }, "Picture: Decision regions (SVG)"));
  box.showModal();
}

/** @param {any} page @param {string} what @param {HTMLElement} note */
async function askFile(page, what, note) {
  setText(note, "Making the file …");
  const reply = await page.host.ask({ kind: "export", what, data: dataToWire(page.data), recipe: page.recipe(), course: page.course, network: what === "keras" || what === "numpy" ? page.networkToWire() : null });
  if (reply.kind !== "file") return setText(note, reply.message ?? "The server is away. Try again.");
  download(new Blob([/** @type {any} */ (decodeBytes(reply.content))], { type: reply.mime }), reply.name);
  setText(note, `${reply.name} is in your downloads.`);
}

/** @param {Blob} blob @param {string} name */
function download(blob, name) {
  const link = element("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** The decision regions as an SVG document. @param {any} page */
export function regionsAsSvg(page) {
  const { view, look, data } = page, [[x0, x1], [y0, y1]] = view.window, size = 600;
  const x = (/** @type {number} */ value) => ((value - x0) / (x1 - x0) * size).toFixed(2), y = (/** @type {number} */ value) => ((y1 - value) / (y1 - y0) * size).toFixed(2);
  const cells = view.geometry.cells.map((/** @type {any} */ { polygon, label }) => `<polygon fill="${look.tintOf[label]}" stroke="${look.tintOf[label]}" stroke-width="0.5" points="${Array.from({ length: polygon.length / 2 }, (_, i) => `${x(polygon[2 * i])},${y(polygon[2 * i + 1])}`).join(" ")}"/>`);
  const lines = Array.from({ length: view.geometry.boundary.length / 4 }, (_, i) => view.geometry.boundary.slice(4 * i, 4 * i + 4)).map((s) => `<line stroke="${look.line}" stroke-width="2" stroke-linecap="round" x1="${x(s[0])}" y1="${y(s[1])}" x2="${x(s[2])}" y2="${y(s[3])}"/>`);
  const points = [...data.labels].map((label, i) => `<circle fill="${look.classes[label]}" stroke="${look.halo}" cx="${x(data.points[i * data.features + page.axes[0]])}" cy="${y(data.points[i * data.features + page.axes[1]])}" r="5"/>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" width="${size}" height="${size}">\n<rect width="${size}" height="${size}" fill="${look.background}"/>\n${[...cells, ...lines, ...points].join("\n")}\n</svg>\n`;
}
