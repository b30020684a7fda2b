// @ts-check
/** The host of a file that is alive: its own worker trains, and there is nobody else to ask. */

import { trainerOf } from "./trainer.js";

/** @import { FileScene } from "../pure/scene.d.ts" */
/** @import { Host } from "./page.js" */
/** @import { Answer } from "./requests.js" */
/** @import { WorkerLike } from "./views.js" */

const ONLY_TRAINS =
  "This file trains, and does nothing else by itself: unitscope play has the rest.";

const OWN_PLANE = "the plane of the run that this file was made of";

/** @param {string} message @returns {Answer} */
const refusedHere = (message) => ({ id: null, kind: "refused", message });

/**
 * @param {FileScene} content
 * @param {() => Promise<WorkerLike>} start it has been given its module
 * @param {boolean} course whether it has the lab's own start
 * @returns {Host}
 */
export function aloneHost({ first: { run: { features, plane } } }, start, course) {
  let failed = "";
  const lost = (/** @type {string} */ why) => {
    failed = `This file cannot train any more (${why}). It shows what it has; open it again.`;
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
    noCourse: !course,
    ask: async (request, progress) => {
      if (request.kind !== "train" && request.kind !== "seeds") return refusedHere(ONLY_TRAINS);
      const asked = await trainer.catch(() => null);
      if (failed || !asked) return refusedHere(failed);
      const answer = await asked.ask(request, progress);
      // Only Python finds the plane on which many features show best: the file's own stays.
      return answer.kind === "trained" && plane && answer.run.features === features
        ? { ...answer, run: { ...answer.run, plane: { ...plane, words: OWN_PLANE } } }
        : answer;
    },
  };
}
