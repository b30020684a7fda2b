// @ts-check
/** The exported file: everything is inside it, what trains it too, where it may be changed. */

import { kindOfModule, NO_KERNEL } from "../kernel/machine.js";
import { lessonsOn } from "../lessons/lessons.js";
import { aloneHost, readOnlyHost } from "../page/alone.js";
import { OWN_DATA } from "../page/dataset.js";
import { initialState } from "../page/state.js";
import { decodeBytes } from "../pure/codec.js";
import { openScope } from "./scope.js";

/** @import { FileScene } from "../pure/scene.d.ts" */

/** @type {FileScene} */
const content = JSON.parse(inFile("data") || "null");

/** What a part of the file has. @param {string} name */
function inFile(name) {
  return document.getElementById(`unitscope-${name}`)?.textContent ?? "";
}

/** A packed part, as it was. @param {string} name */
async function unpacked(name) {
  const stream = new Blob([decodeBytes(inFile(name))]).stream();
  return await new Response(stream.pipeThrough(new DecompressionStream("gzip"))).blob();
}

/** A worker of a script. @param {BlobPart} text */
function workerOf(text) {
  return new Worker(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
}

/** The worker that computes large pictures; null where the browser allows none. */
function workerOfText() {
  try {
    return worker ? workerOf(worker) : null;
  } catch {
    return null;
  }
}

/** The worker that trains, with its module. */
async function trainerInside() {
  const [text, module, course] = await Promise.all([
    unpacked("trainer").then((part) => part.text()),
    unpacked("kernel").then((part) => part.arrayBuffer()),
    inFile("course") ? unpacked("course").then((part) => part.arrayBuffer()) : null,
  ]);
  const trainer = workerOf(text);
  trainer.postMessage({ limits: content.limits, module, course });
  return trainer;
}

const WORDS = {
  lost: "This file cannot train any more",
  again: "It shows what it has; open it again.",
  rest: "This file trains, and does nothing else by itself: unitscope play has the rest.",
  plane: "the plane of the run that this file was made of",
  facts: "The facts in this file are of the run that it was made of: they are at its last epoch.",
};

const alive = inFile("kernel") !== "", unpacks = "DecompressionStream" in globalThis;
const trains = alive && unpacks && kindOfModule();
const worker = unpacks ? await unpacked("worker").then((part) => part.text()).catch(() => "") : "";
if (trains) content.first.claims = content.claims_by_epoch[content.claims_by_epoch.length - 1]?.[1];
const root = /** @type {HTMLElement} */ (document.getElementById("scope"));
const page = openScope(
  root,
  trains
    ? aloneHost(content.first.run, trainerInside, inFile("course") !== "", WORDS)
    : readOnlyHost((epoch) => content.claims_by_epoch.find(([at]) => at === epoch)?.[1] ?? null),
  content,
  { state: { ...initialState(content), dataset: OWN_DATA }, startWorker: workerOfText },
);
if (alive && !trains) page.say(`${NO_KERNEL} The file shows the run that it was made of.`);
const lessons = lessonsOn(page, root);
if (lessons.count) page.lessons = () => Promise.resolve(lessons);
page.changed();
document.documentElement.dataset.ready = "true";
