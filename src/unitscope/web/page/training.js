// @ts-check
/** A host that trains in the browser what fits there, and asks another host for the rest. */

import { costHere } from "../kernel/answers.js";
import { NO_KERNEL } from "../kernel/machine.js";
import { trainerOf } from "./trainer.js";

/** @import { Limits } from "../pure/scene.d.ts" */
/** @import { Host } from "./page.js" */
/** @import { WorkerLike } from "./views.js" */

/** Products that are trained here, as the server weighs them: some tenths of a second. */
export const BUDGET = 3e8;

/**
 * @param {Host} host that answers what is not trained here
 * @param {Limits} limits
 * @param {() => WorkerLike | null} start null where this browser has no kernel
 * @param {(words: string) => void} tell
 * @returns {Host}
 */
export function trainingHost(host, limits, start, tell) {
  const worker = start();
  let ready = false;
  if (!worker) {
    tell(`${NO_KERNEL} The server trains.`);
    return host;
  }
  const trainer = trainerOf(worker, {
    ready: () => {
      ready = true;
    },
    lost: (why, open) => {
      ready = false;
      for (const { request, progress, resolve } of open) resolve(host.ask(request, progress));
      tell(`The browser cannot train by itself any more (${why}): the server does.`);
    },
  });
  worker.postMessage({ limits });
  return {
    ...host,
    tellsHere: true,
    ask: (request, progress) => {
      if (ready && costHere({ ...request }, limits) <= BUDGET) {
        return trainer.ask(request, progress);
      }
      trainer.drop(request.kind);
      return host.ask(request, progress);
    },
  };
}
