// @ts-check
/** A host that trains in the browser what fits there, and asks another host for the rest. */

import { costHere } from "../kernel/answers.js";
import { NO_KERNEL } from "../kernel/machine.js";

/** @import { Limits } from "../pure/scene.d.ts" */
/** @import { Host } from "./page.js" */
/** @import { Answer, Progress, Request } from "./requests.js" */
/** @import { WorkerLike } from "./views.js" */

/** Products that are trained here, as the server weighs them: some tenths of a second. */
export const BUDGET = 3e8;

/** @typedef {(answer: Answer | Promise<Answer>) => void} Resolve */
/** @typedef {{request: Request, progress?: Progress, resolve: Resolve}} Asked */

/**
 * @param {Host} host that answers what is not trained here
 * @param {Limits} limits
 * @param {() => WorkerLike | null} start null where this browser has no kernel
 * @param {(words: string) => void} tell
 * @returns {Host}
 */
export function trainingHost(host, limits, start, tell) {
  const worker = start();
  /** @type {Map<number, Asked>} */
  const asked = new Map();
  let number = 0, ready = false;
  if (!worker) {
    tell(`${NO_KERNEL} The server trains.`);
    return host;
  }

  /** The worker is no more: what it was asked, the other host is. @param {string} why */
  function lost(why) {
    ready = false;
    worker?.terminate();
    for (const { request, progress, resolve } of asked.values()) {
      resolve(host.ask(request, progress));
    }
    asked.clear();
    tell(
      `The browser cannot train by itself any more (${
        why || "its worker failed"
      }): the server does.`,
    );
  }

  worker.onerror = (event) => lost(event.message);
  worker.onmessage = ({ data }) => {
    if (data.ready) ready = true;
    else if ("failed" in data) lost(data.failed);
    else {
      const { id, told } = data, one = asked.get(id);
      if (told.kind === "progress") return one?.progress?.(told.done, told.of);
      asked.delete(id);
      one?.resolve(told);
    }
  };
  worker.postMessage({ limits });
  return {
    ...host,
    tellsHere: true,
    ask: (request, progress) => {
      if (!ready || costHere({ ...request }, limits) > BUDGET) {
        drop(request.kind);
        return host.ask(request, progress);
      }
      return new Promise((resolve) => {
        asked.set(++number, { request, progress, resolve });
        worker.postMessage({ id: number, request });
      });
    },
  };

  /** What the worker has of a kind is not wanted any more. @param {string} kind */
  function drop(kind) {
    for (const [id, { request }] of asked) {
      if (request.kind === kind) worker?.postMessage({ cancel: id });
    }
  }
}
