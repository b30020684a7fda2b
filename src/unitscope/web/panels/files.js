// @ts-check
/** The user's own table, dropped anywhere on the page or pasted into it. */

/** @import { Page } from "../page/page.js" */

/**
 * @param {Page} page
 * @param {HTMLElement} root
 * @returns {() => void} ends it
 */
export function takeFiles(page, root) {
  if (!page.makesSets) return () => {};
  const has = (/** @type {DragEvent} */ event) => !!event.dataTransfer?.types.includes("Files");
  const show = (/** @type {boolean} */ on) => root.classList.toggle("dropping", on);
  const over = (/** @type {DragEvent} */ event) => {
    if (!has(event)) return;
    event.preventDefault();
    show(true);
  };
  const out = (/** @type {DragEvent} */ event) => {
    if (!root.contains(/** @type {Node | null} */ (event.relatedTarget))) show(false);
  };
  const drop = (/** @type {DragEvent} */ event) => {
    if (!has(event)) return;
    event.preventDefault();
    show(false);
    takeFile(page, event.dataTransfer?.files[0]);
  };
  const paste = (/** @type {ClipboardEvent} */ event) => {
    const into = /** @type {HTMLElement} */ (event.composedPath()[0]);
    if (into.matches?.("input, textarea") || document.querySelector("dialog[open]")) return;
    const file = event.clipboardData?.files[0] ?? tableOf(event.clipboardData?.getData("text"));
    if (!file) return;
    event.preventDefault();
    page.tables.load(file);
  };
  const until = new AbortController(), { signal } = until;
  root.addEventListener("dragover", over, { signal });
  root.addEventListener("dragleave", out, { signal });
  root.addEventListener("drop", drop, { signal });
  document.addEventListener("paste", paste, { signal });
  return () => until.abort();
}

/** A lesson, or a table. @param {Page} page @param {File | undefined} file */
async function takeFile(page, file) {
  if (!file?.name.endsWith(".json") || !page.lessons) return page.tables.load(file);
  (await page.lessons()).take(file);
}

/** Lines of text with several columns, as a file. @param {string} [text] */
function tableOf(text = "") {
  const lines = text.trim().split(/\r?\n/);
  const several = lines.length > 2 && lines.slice(0, 3).every((line) => /[\t,;|]/.test(line));
  return several ? new File([text], lines[0].includes("\t") ? "pasted.tsv" : "pasted.csv") : null;
}
