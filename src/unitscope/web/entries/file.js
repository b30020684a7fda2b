// @ts-check
/** The exported file: everything is inside it, and nothing is trained. */

import { openScope } from "./scope.js";

/** @import { ClaimScene, FileScene } from "../pure/scene.d.ts" */

/** @type {FileScene} */
const content = JSON.parse(document.getElementById("unitscope-data")?.textContent ?? "null");

/**
 * What the file knows to be said of an epoch.
 * @param {number | null} epoch
 * @returns {ClaimScene[]}
 */
function claimsAt(epoch) {
  if (epoch === null) {
    return [{
      topic: "",
      text: "This file has no sentences for these weights: Python writes them.",
      about: [],
    }];
  }
  const [known, claims] = content.claims_by_epoch.findLast(([at]) => at <= epoch) ?? [0, []];
  if (known === epoch) return claims;
  return [{
    topic: "",
    text: `This file has the sentences of some epochs: these are of epoch ${known}.`,
    about: [],
  }, ...claims];
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

openScope(
  /** @type {HTMLElement} */ (document.getElementById("scope")),
  {
    readOnly: true,
    ask: () => Promise.reject(new Error("A file has nobody to ask.")),
    claimsAt,
  },
  content,
  { startWorker: workerOfText },
);
document.documentElement.dataset.ready = "true";
