// @ts-check
/** The worker that trains: fetches the browser's module, says so, and answers requests. */

import { courseOf, Jobs } from "./jobs.js";
import { kindOfModule } from "./machine.js";

/** @import { Limits } from "../pure/scene.d.ts" */
/** @import { Message } from "./jobs.js" */

/** @typedef {{limits: Limits}} Opening the first message; then come the jobs' */

/** @param {string} name */
async function fetchedBeside(name) {
  const answer = await fetch(new URL(name, import.meta.url));
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer.arrayBuffer();
}

/** @param {Limits} limits */
async function jobsOf(limits) {
  const [module, bytes] = await Promise.all([
    fetchedBeside(`${kindOfModule()}.wasm`).then((content) => WebAssembly.compile(content)),
    fetchedBeside("course.bin"),
  ]);
  return new Jobs(
    module,
    { limits, course: courseOf(bytes) },
    (id, told) => postMessage({ id, told }),
  );
}

/** @type {Promise<Jobs>} */ let jobsHere;

addEventListener("message", async ({ data }) => {
  if ("limits" in data) {
    jobsHere = jobsOf(data.limits);
    await jobsHere; // or it fails, and whoever made the worker hears of it
    return postMessage({ ready: true });
  }
  (await jobsHere).take(/** @type {Message} */ (data));
});

addEventListener("unhandledrejection", ({ reason }) => {
  postMessage({ failed: reason instanceof Error ? reason.message : String(reason) });
});
