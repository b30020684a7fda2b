// @ts-check
/** What the page asks of its host: one request of a kind at a time, and of those that wait only the newest. */

const PATIENCE = 150; // ms that a request may take before a newer one overtakes it
const SILENCE = 400; // ms without an answer before the page says that it waits

/**
 * @typedef {{make: () => any, take: (reply: any) => void, progress?: (done: number, of: number) => void}} Question
 * @typedef {{number: number, since: number, busy: boolean, next: Question | null}} Line
 */

export class Lines {
  /**
   * @param {(request: any, progress: (done: number, of: number) => void) => Promise<any>} ask
   * @param {{refused: (kind: string, message: string) => void, waiting: (kind: string, on: boolean) => void, done: () => void}} told
   */
  constructor(ask, told) {
    this.host = ask;
    this.told = told;
    /** @type {Record<string, Line>} */ this.lines = {};
  }

  /** Ask when the request before is answered, or overtake it when it takes long. @param {string} kind @param {Question} question */
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

  /** Whether a request of the kind is under way. @param {string} kind */
  busy(kind) {
    return !!this.lines[kind]?.busy;
  }

  /** @param {string} kind @param {Line} line */
  async send(kind, line) {
    const { make, take, progress } = /** @type {Question} */ (line.next), mine = ++line.number;
    Object.assign(line, { next: null, busy: true, since: performance.now() });
    const slow = setTimeout(() => {
      if (line.number === mine) this.told.waiting(kind, true);
    }, SILENCE);
    let reply;
    try {
      reply = await this.host({ kind, ...make() }, (done, of) => {
        if (line.number === mine && progress) progress(done, of);
      });
    } catch (problem) {
      reply = { kind: "refused", message: String(/** @type {any} */ (problem).message ?? problem) };
    }
    clearTimeout(slow);
    if (line.number !== mine) return; // overtaken
    line.busy = false;
    this.told.waiting(kind, false);
    if (reply.kind === "refused") this.told.refused(kind, reply.message);
    else if (reply.kind !== "superseded" && reply.kind !== "cancelled") take(reply);
    this.told.done();
    if (line.next) this.send(kind, line);
  }
}
