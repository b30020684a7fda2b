// @ts-check
/** Requests to a worker that trains, and its answers. */

/** @import { Answer, Progress, Request } from "./requests.js" */
/** @import { WorkerLike } from "./views.js" */

/** @typedef {(answer: Answer | Promise<Answer>) => void} Resolve */
/** @typedef {{request: Request, progress?: Progress, resolve: Resolve}} Asked */

/**
 * Asks a worker, and hears its answers.
 * @param {WorkerLike} worker
 * @param {{ready?: () => void, lost: (why: string, open: Asked[]) => void}} told `lost`: it is no
 *   more, and has not answered these
 */
export function trainerOf(worker, { ready, lost }) {
  /** @type {Map<number, Asked>} */
  const asked = new Map();
  let number = 0;
  const fail = (/** @type {string} */ why) => {
    const open = [...asked.values()];
    worker.terminate();
    asked.clear();
    lost(why || "its worker failed", open);
  };
  worker.onerror = (event) => fail(event.message);
  worker.onmessage = ({ data }) => {
    if (data.ready) return ready?.();
    if ("failed" in data) return fail(data.failed);
    const { id, told } = data, one = asked.get(id);
    if (told.kind === "progress") return one?.progress?.(told.done, told.of);
    asked.delete(id);
    one?.resolve(told);
  };
  return {
    /** @param {Request} request @param {Progress} [progress] @returns {Promise<Answer>} */
    ask: (request, progress) =>
      new Promise((resolve) => {
        asked.set(++number, { request, progress, resolve });
        worker.postMessage({ id: number, request });
      }),
    /** What it has of a kind is not wanted any more. @param {string} kind */
    drop: (kind) => {
      for (const [id, { request }] of asked) {
        if (request.kind === kind) worker.postMessage({ cancel: id });
      }
    },
  };
}
