// What the page asks of its host: one request of a kind at a time, the newest of those that wait.
import { test } from "node:test";
import assert from "node:assert/strict";
import { Requests } from "../../src/unitscope/web/page/requests.js";

const soon = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));

performance.now = () => 0; // the patience with a request is its timer's alone: no test is too slow

/** Requests whose answers the test gives by hand. */
function asking() {
  const sent = [], refused = [], waited = [];
  let done = 0;
  const requests = new Requests(
    (request, progress) =>
      new Promise((answer, fail) => sent.push({ request, progress, answer, fail })),
    {
      refused: (kind, message) => refused.push([kind, message]),
      waiting: (kind, on) => waited.push([kind, on]),
      done: () => done++,
    },
  );
  const taken = [];
  const ask = (kind, name) =>
    requests.ask(kind, { make: () => ({ name }), take: (reply) => taken.push([name, reply.kind]) });
  return { requests, ask, sent, taken, refused, waited, timesDone: () => done };
}

test("of a kind one request is under way, and the newest of those that wait follows", async () => {
  const { requests, ask, sent, taken, timesDone } = asking();
  for (const name of ["a", "b", "c"]) ask("dataset", name);
  ask("table", "d");
  assert.deepEqual(sent.map(({ request }) => request.name), ["a", "d"]);
  sent[0].answer({ kind: "data" });
  await soon();
  assert.deepEqual(sent.map(({ request }) => request.name), ["a", "d", "c"]);
  sent[2].answer({ kind: "data" });
  await soon();
  assert.deepEqual(taken, [["a", "data"], ["c", "data"]]);
  assert.deepEqual([requests.busy("dataset"), requests.busy("table")], [false, true]);
  assert.equal(timesDone(), 2);
});

test("a request that takes long is overtaken, and its answer not taken", async () => {
  const { ask, sent, taken } = asking();
  ask("train", "slow");
  ask("train", "quick");
  assert.equal(sent.length, 1);
  await soon(250);
  assert.equal(sent.length, 2);
  sent[1].answer({ kind: "trained" });
  sent[0].answer({ kind: "trained" });
  await soon();
  assert.deepEqual(taken, [["quick", "trained"]]);
});

test("what is refused, superseded, or fails is told or dropped, and the next goes on", async () => {
  const { ask, sent, taken, refused } = asking();
  const answers = [
    ({ answer }) => answer({ kind: "refused", message: "no" }),
    ({ answer }) => answer({ kind: "superseded" }),
    ({ fail }) => fail(new Error("gone")),
    ({ answer }) => answer({ kind: "explained" }),
  ];
  for (const [k, give] of answers.entries()) {
    ask("explain", k);
    give(sent[k]);
    await soon();
  }
  assert.deepEqual(refused, [["explain", "no"], ["explain", "gone"]]);
  assert.deepEqual(taken, [[3, "explained"]]);
});

test("after `forget`, no answer to what was asked is taken", async () => {
  const { requests, ask, sent, taken } = asking();
  ask("seeds", "before");
  requests.forget();
  ask("seeds", "after");
  for (const { answer } of sent) answer({ kind: "seeds" });
  await soon();
  assert.deepEqual(taken, [["after", "seeds"]]);
});
