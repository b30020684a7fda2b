// @ts-check
/** The host of a page without a server: its own worker trains, and there is nobody else to ask. */

import { trainerOf } from "./trainer.js";

/** @import { RunScene } from "../pure/scene.d.ts" */
/** @import { Host } from "./page.js" */
/** @import { Answer } from "./requests.js" */
/** @import { WorkerLike } from "./views.js" */

/** @param {string} message @returns {Answer} */
const refusedHere = (message) => ({ id: null, kind: "refused", message });

/**
 * What a page says that is alone.
 * @typedef {object} Words
 * @property {string} lost what it begins with where it cannot train any more
 * @property {string} again what helps then
 * @property {string} rest where what it does not do is to be had
 * @property {string} plane the plane of the run that it opened with
 * @property {string} facts in the place of those that only Python tells
 */

/**
 * A host that answers nothing: what is known of an epoch is said.
 * @param {NonNullable<Host["claimsAt"]>} claimsAt
 * @returns {Host}
 */
export function readOnlyHost(claimsAt) {
  return {
    readOnly: true,
    ask: () => Promise.reject(new Error("There is nobody to ask.")),
    claimsAt,
    tellsHere: true,
  };
}

/**
 * @param {RunScene} run that it opens with
 * @param {() => Promise<WorkerLike>} start it has been given its module
 * @param {boolean} course whether it has the lab's own start
 * @param {Words} words
 * @returns {Host}
 */
export function aloneHost({ features, plane }, start, course, words) {
  let failed = "";
  const lost = (/** @type {string} */ why) => {
    failed = `${words.lost} (${why}). ${words.again}`;
    return failed;
  };
  const trainer = start().then((worker) =>
    trainerOf(worker, {
      lost: (why, open) => {
        lost(why);
        for (const { resolve } of open) resolve(refusedHere(failed));
      },
    })
  );
  trainer.catch((problem) => lost(problem instanceof Error ? problem.message : String(problem)));
  return {
    readOnly: false,
    alone: true,
    tellsHere: true,
    facts: words.facts,
    noCourse: !course,
    ask: async (request, progress) => {
      if (request.kind !== "train" && request.kind !== "seeds") return refusedHere(words.rest);
      const asked = await trainer.catch(() => null);
      if (failed || !asked) return refusedHere(failed);
      const answer = await asked.ask(request, progress);
      // Only Python finds the plane on which many features show best: the first one stays.
      return answer.kind === "trained" && plane && answer.run.features === features
        ? { ...answer, run: { ...answer.run, plane: { ...plane, words: words.plane } } }
        : answer;
    },
  };
}
