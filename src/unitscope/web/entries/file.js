// @ts-check
/** The exported file: everything is inside it, and nothing is trained. */

import { lessonsOn } from "../lessons/lessons.js";
import { openScope } from "./scope.js";

/** @import { FileScene } from "../pure/scene.d.ts" */

/** @type {FileScene} */
const content = JSON.parse(document.getElementById("unitscope-data")?.textContent ?? "null");

/**
 * What the file has of an epoch; the page tells the story of others, and of weights set by hand.
 * @param {number | null} epoch
 */
function claimsAt(epoch) {
  return content.claims_by_epoch.find(([at]) => at === epoch)?.[1] ?? null;
}

/** A worker of a script that the file has as text; null where the browser allows none. */
function workerOfText() {
  const text = document.getElementById("unitscope-worker")?.textContent ?? "";
  try {
    return new Worker(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
  } catch {
    return null;
  }
}

const root = /** @type {HTMLElement} */ (document.getElementById("scope"));
const page = openScope(
  root,
  {
    readOnly: true,
    ask: () => Promise.reject(new Error("A file has nobody to ask.")),
    claimsAt,
    tellsHere: true,
  },
  content,
  { startWorker: workerOfText },
);
const lessons = lessonsOn(page, root);
if (lessons.count) page.lessons = () => Promise.resolve(lessons);
page.changed();
document.documentElement.dataset.ready = "true";
