// @ts-check
/** Links that hold all of the page, and the file where a link has no room. */

import { element } from "../panels/elements.js";
import { hashOf, takeAddress } from "../page/address.js";
import { dataFromText, dataToText, LONGEST_DATA } from "./data.js";

/** @import { Page } from "../page/page.js" */

const NO_LINK =
  "The link has the settings, but no room for these points. The file has them: open " +
  "it with “Open a lesson of your own …”, or drop it on a page.";

/**
 * What shows the page again, points and all.
 * @param {Page} page
 * @returns {Promise<{hash: string, data: string, fits: boolean}>} not `fits`: it is too long for a
 *   link
 */
export async function wholeHash(page) {
  const { hash, whole } = hashOf(page), { edited, table } = page.dataset;
  if (whole || !(edited || table)) return { hash, data: "", fits: whole };
  const data = await dataToText(page.data);
  return { hash, data, fits: data.length <= LONGEST_DATA };
}

/** Says that a link has no room, and offers the file. @param {HTMLElement} root
 * @param {string} state */
export function offerFile(root, state) {
  const text = JSON.stringify({ unitscope: "page", version: 1, state });
  const href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const box = element(
    "dialog",
    { "aria-label": "Share", id: "share-box", onclose: () => box.remove() },
    element("header", {}, element("h2", {}, "Too much for a link")),
    element("p", {}, NO_LINK),
    element(
      "div",
      { class: "row end" },
      element("button", { type: "button", onclick: () => box.close() }, "Close"),
      element(
        "button",
        {
          type: "button",
          class: "strong",
          id: "save-page",
          onclick: () => element("a", { href, download: "unitscope-page.json" }).click(),
        },
        "Save as a file",
      ),
    ),
  );
  root.append(box);
  box.showModal();
}

/**
 * Bring the page to what an address says, and to the points that it has.
 * @param {Page} page @param {string} hash @param {() => void} [then] called when it is there
 */
export async function showSetup(page, hash, then) {
  const all = new URLSearchParams(hash.replace(/^#/, "")), text = all.get("data");
  all.delete("data");
  if (!text) return takeAddress(page, all.toString(), then);
  try {
    const data = await dataFromText(text, page.hello.limits);
    takeAddress(page, all.toString(), then, data);
    return { data, points: data.points, text };
  } catch (problem) {
    takeAddress(page, all.toString(), () => {
      page.refused(problem instanceof Error ? problem.message : String(problem));
      then?.();
    });
  }
}

/** The state in a page's own file. @param {string} text */
export function stateOfFile(text) {
  const { unitscope, version, state } = JSON.parse(text);
  return unitscope === "page" && version === 1 && typeof state === "string" ? state : null;
}
