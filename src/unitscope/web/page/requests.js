// @ts-check
/** Questions to the host: of each kind one at a time, and the newest of those that wait. */

/** @import * as scene from "../pure/scene.d.ts" */

const PATIENCE = 150; // ms that a request may take before a newer one overtakes it
const SILENCE = 150; // ms without an answer before the page says that it waits

/**
 * The requests by their kind, and the answer that each has where it is not refused or dropped.
 * @typedef {object} Answers
 * @property {[scene.TrainRequest, scene.Trained]} train
 * @property {[scene.ExplainRequest, scene.Explained]} explain
 * @property {[scene.SeedsRequest, scene.SeedsTrained]} seeds
 * @property {[scene.DatasetRequest, scene.DataLoaded]} dataset
 * @property {[scene.TableRequest, scene.TableRead]} table
 * @property {[scene.ExportRequest, scene.FileMade]} export
 */
/** @typedef {keyof Answers} Kind */
/**
 * What a request says beside its kind and whose it is.
 * @template {Kind} K
 * @typedef {Omit<Answers[K][0], "id" | "view" | "kind">} Fields
 */
/** @typedef {{[K in Kind]: Fields<K> & {kind: K}}[Kind]} Request as a host takes it */
/** @typedef {Answers[Kind][1] | scene.Refused | {kind: "superseded" | "cancelled"}} Answer */
/** @typedef {(done: number, of: number) => void} Progress */

/**
 * @template {Kind} K
 * @typedef {object} Question
 * @property {() => Fields<K>} make called when the request is sent
 * @property {(reply: Answers[K][1]) => void} take
 * @property {Progress} [progress]
 */
/** @typedef {{make: () => object, take: (reply: any) => void, progress?: Progress}} AnyQuestion */
/** @typedef {{number: number, since: number, busy: boolean, next: AnyQuestion | null}} Line */

/**
 * @typedef {object} Told
 * @property {(kind: Kind, message: string) => void} refused
 * @property {(kind: Kind, on: boolean) => void} waiting an answer takes long, or does no more
 * @property {() => void} done
 */

export class Requests {
  /** @param {(request: Request, progress: Progress) => Promise<Answer>} ask @param {Told} told */
  constructor(ask, told) {
    this.host = ask;
    this.told = told;
    /** @type {Partial<Record<Kind, Line>>} */ this.lines = {};
  }

  /**
   * Ask when the request before is answered, or overtake it when it takes long.
   * @template {Kind} K
   * @param {K} kind
   * @param {Question<K>} question
   */
  ask(kind, question) {
    const line = this.lines[kind] ??= { number: 0, since: 0, busy: false, next: null };
    const waits = line.busy && performance.now() - line.since < PATIENCE;
    if (waits && !line.next) {
      setTimeout(() => {
        if (line.next && line.busy) this.send(kind, line);
      }, PATIENCE);
    }
    line.next = question;
    if (!waits) this.send(kind, line);
  }

  /** Drop all that was asked: no answer to it is taken. */
  forget() {
    for (const line of Object.values(this.lines)) {
      Object.assign(line, { number: line.number + 1, busy: false, next: null });
    }
  }

  /** Whether a request of the kind is under way. @param {Kind} kind */
  busy(kind) {
    return !!this.lines[kind]?.busy;
  }

  /** @param {Kind} kind @param {Line} line */
  async send(kind, line) {
    const { make, take, progress } = /** @type {AnyQuestion} */ (line.next), mine = ++line.number;
    Object.assign(line, { next: null, busy: true, since: performance.now() });
    const slow = setTimeout(() => {
      if (line.number === mine) this.told.waiting(kind, true);
    }, SILENCE);
    const reply = await this.answerTo(
      /** @type {Request} */ ({ kind, ...make() }),
      (done, of) => {
        if (line.number === mine && progress) progress(done, of);
      },
    );
    clearTimeout(slow);
    if (line.number !== mine) return; // overtaken
    line.busy = false;
    this.told.waiting(kind, false);
    if (reply.kind === "refused") this.told.refused(kind, reply.message);
    else if (reply.kind !== "superseded" && reply.kind !== "cancelled") take(reply);
    this.told.done();
    if (line.next) this.send(kind, line);
  }

  /**
   * The host's answer; a host that fails refuses.
   * @param {Request} request
   * @param {Progress} progress
   */
  async answerTo(request, progress) {
    try {
      return await this.host(request, progress);
    } catch (problem) {
      const message = problem instanceof Error ? problem.message : String(problem);
      return { kind: /** @type {const} */ ("refused"), message };
    }
  }
}
