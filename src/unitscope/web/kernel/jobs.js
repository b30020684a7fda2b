// @ts-check
/** Requests under way in a worker: of a kind only the newest, a piece at a time. Pure. */

import { answerToSeeds, answerToTraining } from "./answers.js";
import { Refused } from "./checks.js";
import { Kernel } from "./machine.js";

/** @import { Course, Given, Reply, SeedsTraining, Training } from "./answers.js" */

/** @typedef {Training | SeedsTraining} Request */
/** @typedef {"train" | "seeds"} KindHere in the order in which they are worked on */
/**
 * What a worker is told: a request, or the number of one that is not wanted any more.
 * @typedef {{id: number, request: Request} | {cancel: number}} Message
 */
/**
 * What it tells.
 * @typedef {Reply | {kind: "progress", done: number, of: number} |
 *   {kind: "superseded" | "cancelled"}} Told
 */
/** @typedef {Generator<[number, number], Reply, void>} Steps */
/** @typedef {{id: number, request: Request, steps: Steps | null}} Job */

const MOST_KEPT = 16 * 2 ** 20; // bytes of a kernel's memory: a larger one is given back
const WORD_EVERY = 100; // ms from one word about the progress to the next

const COURSES_START = 18; // numbers of the course lab's first weights

/** The course lab's own start, as it is kept. @param {ArrayBuffer} bytes @returns {Course} */
export function courseOf(bytes) {
  return {
    weights: new Float32Array(bytes.slice(0, 4 * COURSES_START)),
    order: new Uint8Array(bytes, 4 * COURSES_START),
  };
}

export class Jobs {
  /**
   * @param {WebAssembly.Module} module
   * @param {Given} given
   * @param {(id: number, told: Told) => void} tell
   */
  constructor(module, given, tell) {
    this.module = module;
    this.given = given;
    this.tell = tell;
    /** @type {Record<KindHere, Job | null>} */ this.open = { train: null, seeds: null };
    /** @type {Record<KindHere, Kernel | null>} */ this.kernels = { train: null, seeds: null };
    this.working = false;
    this.told = 0;
  }

  /** @param {Message} message */
  take(message) {
    if ("cancel" in message) {
      for (const job of Object.values(this.open)) {
        if (job?.id === message.cancel) this.end(job, { kind: "cancelled" });
      }
      return;
    }
    const { id, request } = message, before = this.open[request.kind];
    if (before) this.end(before, { kind: "superseded" });
    this.open[request.kind] = { id, request, steps: null };
    if (!this.working) this.work();
  }

  /** @param {Job} job @param {Told} told its last word */
  end({ id, request: { kind } }, told) {
    this.open[kind] = null;
    if ((this.kernels[kind]?.bytes ?? 0) > MOST_KEPT) this.kernels[kind] = null;
    this.tell(id, told);
  }

  /** All that is open, piece by piece; between two, messages are heard. */
  async work() {
    this.working = true;
    for (let job; (job = this.open.train ?? this.open.seeds);) {
      this.step(job);
      // a training that is done at once waits for nothing
      if (this.open.train ?? this.open.seeds) await new Promise((heard) => setTimeout(heard));
    }
    this.working = false;
  }

  /** @param {Job} job */
  step(job) {
    try {
      job.steps ??= this.begun(job.request);
      const { value, done } = job.steps.next();
      if (done) return this.end(job, value);
      if (performance.now() - this.told < WORD_EVERY) return;
      this.told = performance.now();
      this.tell(job.id, { kind: "progress", done: value[0], of: value[1] });
    } catch (problem) {
      this.kernels[job.request.kind] = null; // whatever state it was left in
      const message = problem instanceof Refused
        ? problem.message
        : `The browser could not train this: ${problem instanceof Error ? problem.message : ""}.`;
      this.end(job, { kind: "refused", message });
    }
  }

  /** @param {Request} request @returns {Steps} */
  begun(request) {
    const kernel = this.kernels[request.kind] ??= new Kernel(this.module);
    return request.kind === "train"
      ? answerToTraining(kernel, request, this.given)
      : answerToSeeds(kernel, request, this.given);
  }
}
