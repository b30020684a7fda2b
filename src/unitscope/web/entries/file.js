// @ts-check
/** The exported file: everything is inside it, and nothing is trained. */

import { openScope } from "./scope.js";
import { initialState } from "../page/state.js";

const content = JSON.parse(document.getElementById("unitscope-data")?.textContent ?? "null");

openScope(
  /** @type {HTMLElement} */ (document.getElementById("scope")),
  {
    readOnly: true,
    ask: () => Promise.reject(new Error("A file has nobody to ask.")),
    claimsAt: (epoch) => {
      if (epoch === null) {
        return [{
          topic: "Weights changed by hand",
          text: "This file has no sentences for these weights: Python writes them.",
          about: [],
        }];
      }
      const known = content.claims_by_epoch.filter((/** @type {[number, any[]]} */ [at]) =>
        at <= epoch
      ).at(-1);
      if (known[0] === epoch) return known[1];
      return [{
        topic: `At epoch ${known[0]}`,
        text: `This file has the sentences of some epochs: these are of epoch ${known[0]}.`,
        about: [],
      }, ...known[1]];
    },
  },
  content,
  { state: initialState() },
);
document.documentElement.dataset.ready = "true";
