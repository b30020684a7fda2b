// @ts-check
/** The worker that trains in a file, which gives it the module: it fetches nothing. */

import { courseOf, Jobs } from "./jobs.js";

/** @import { Limits } from "../pure/scene.d.ts" */

/** @typedef {{limits: Limits, module: ArrayBuffer, course: ArrayBuffer | null}} Given the first
 *   message; then come the jobs' */

/** @param {Given} given */
async function jobsInside({ limits, module, course }) {
  const compiled = await WebAssembly.compile(module), own = course && courseOf(course);
  const tell = (/** @type {number} */ id, /** @type {object} */ told) => postMessage({ id, told });
  return new Jobs(compiled, { limits, course: own }, tell);
}

/** @type {Promise<Jobs>} */ let inside;

addEventListener("message", async ({ data }) => {
  if (!("limits" in data)) return (await inside).take(data);
  inside = jobsInside(data);
  await inside; // or it fails, and whoever made the worker hears of it
  postMessage({ ready: true });
});

addEventListener("unhandledrejection", ({ reason }) => {
  postMessage({ failed: reason instanceof Error ? reason.message : String(reason) });
});
