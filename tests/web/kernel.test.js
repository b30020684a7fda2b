// The worker's jobs, and the host that trains in the browser what fits there.
import { test } from "node:test";
import assert from "node:assert/strict";
import { costHere } from "../../src/unitscope/web/kernel/answers.js";
import { Jobs } from "../../src/unitscope/web/kernel/jobs.js";
import { kindOfModule, NO_KERNEL } from "../../src/unitscope/web/kernel/machine.js";
import { BUDGET, trainingHost } from "../../src/unitscope/web/page/training.js";
import { dataToWire } from "../../src/unitscope/web/pure/data.js";
import { few } from "./points.js";

const FOLDER = new URL("../../src/unitscope/web/kernel/", import.meta.url);
const module = new WebAssembly.Module(Deno.readFileSync(new URL("plain.wasm", FOLDER)));
const { limits } = JSON.parse(Deno.readTextFileSync(new URL("greeting.json", import.meta.url)));
const training = (recipe = {}) => ({ kind: "train", data: dataToWire(few()), recipe });
const long = training({ hidden: [64, 64], epochs: 2000 }); // of many pieces

/** Jobs, and what they tell. */
function working() {
  const told = [], waiting = [];
  const jobs = new Jobs(module, { limits, course: null }, (id, { kind, ...more }) => {
    told.push([id, kind, more]);
    if (kind !== "progress") waiting.shift()?.();
  });
  const next = () => new Promise((resolve) => waiting.push(resolve));
  return { jobs, told, next, kinds: () => told.map(([id, kind]) => [id, kind]) };
}

test("of a kind only the newest request is answered, and what is not wanted ends", async () => {
  const { jobs, kinds, next } = working();
  jobs.take({ id: 1, request: long });
  assert.deepEqual(kinds().filter(([, kind]) => kind !== "progress"), []); // it lasts
  jobs.take({ id: 2, request: long });
  jobs.take({ id: 3, request: { ...training(), kind: "seeds", seeds: 17 } });
  await new Promise((heard) => setTimeout(heard, 20));
  jobs.take({ cancel: 2 });
  jobs.take({ cancel: 99 });
  await next();
  const last = kinds().filter(([, kind]) => kind !== "progress");
  assert.deepEqual(last, [[1, "superseded"], [2, "cancelled"], [3, "seeds"]]);
});

test("what is refused or fails is said, and the next is trained", async () => {
  const { jobs, told } = working();
  jobs.take({ id: 1, request: training({ epochs: -1 }) });
  assert.match(told[0][2].message, /epochs must be a whole number from 1 to 5000\. Got -1 instead/);
  const lay = () => {
    throw new RangeError("no room");
  };
  jobs.kernels.train = { bytes: 0, lay };
  jobs.take({ id: 2, request: training() });
  jobs.take({ id: 3, request: training() });
  await new Promise((heard) => setTimeout(heard, 20));
  assert.match(told[1][2].message, /could not train this: no room/);
  assert.deepEqual(told.map(([id, kind]) => [id, kind]), [
    [1, "refused"],
    [2, "refused"],
    [3, "trained"],
  ]);
});

test("a large training's memory is given back, a small one's is kept", async () => {
  const { jobs, next } = working();
  const points = { ...few(), points: new Float64Array(20_000), labels: new Uint8Array(10_000) };
  const recipe = { hidden: [], batch_size: 10_000, epochs: 700 };
  jobs.take({ id: 1, request: { ...training(recipe), data: dataToWire(points) } });
  const most = jobs.kernels.train.bytes;
  await next();
  assert.ok(most > 16 * 2 ** 20, `${most}`);
  assert.equal(jobs.kernels.train, null);
  jobs.take({ id: 2, request: training() });
  assert.ok(jobs.kernels.train.bytes < 2 ** 20);
});

test("the module is chosen by what the browser has", () => {
  const having = (sizes) => ({ validate: (bytes) => sizes.includes(bytes.byteLength) });
  const [plain, relaxed] = [29, 40];
  assert.equal(kindOfModule(having([plain, relaxed])), "relaxed");
  assert.equal(kindOfModule(having([plain])), "plain");
  assert.equal(kindOfModule(having([])), null);
  assert.equal(kindOfModule(undefined), kindOfModule(WebAssembly));
});

/** A host of a server and a worker that the test answers for. */
function hosts({ has = true } = {}) {
  const served = [], words = [];
  const worker = { sent: [], ended: false, onmessage: null, onerror: null };
  worker.postMessage = (message) => worker.sent.push(message);
  worker.terminate = () => worker.ended = true;
  const server = {
    readOnly: false,
    ask: (request) => {
      served.push(request.kind);
      return Promise.resolve({ kind: "trained", by: "server" });
    },
  };
  const host = trainingHost(server, limits, () => has ? worker : null, (said) => words.push(said));
  return { host, server, served, words, worker, say: (data) => worker.onmessage({ data }) };
}

test("what fits is trained in the browser, and the server has the rest", async () => {
  const { host, served, worker, say } = hosts();
  await host.ask(training());
  assert.deepEqual(served, ["train"]); // the worker is not there yet
  say({ ready: true });
  const answer = host.ask(training());
  say({ id: 1, told: { kind: "trained", by: "worker" } });
  assert.equal((await answer).by, "worker");
  assert.deepEqual(served, ["train"]);
  host.ask(training());
  for (const more of [{ explain: true }, { kind: "dataset" }, { recipe: { epochs: -1 } }]) {
    await host.ask({ ...training(), ...more });
  }
  assert.deepEqual(served, ["train", "train", "dataset", "train"]);
  assert.deepEqual(worker.sent.filter((one) => one.cancel), [{ cancel: 2 }, { cancel: 2 }]);
});

test("a worker that fails loses nothing", async () => {
  const { host, served, words, worker, say } = hosts();
  say({ ready: true });
  const answer = host.ask(training());
  worker.onerror({ message: "out of memory" });
  assert.equal((await answer).by, "server");
  assert.equal((await host.ask(training())).by, "server");
  assert.deepEqual([served.length, worker.ended], [2, true]);
  assert.match(words[0], /cannot train by itself any more \(out of memory\): the server does/);
});

test("a browser without the kernel says so, and its server trains", () => {
  const { host, server, words } = hosts({ has: false });
  assert.equal(host, server);
  assert.deepEqual(words, [`${NO_KERNEL} The server trains.`]);
});

test("a request is weighed as on the server", () => {
  const cost = (recipe) => costHere(training(recipe), limits);
  assert.equal(cost({ epochs: 1 }), 3 * 12 + 150 + 4 * 12 + 15 * 3 * 4 + 15 * 12 + 700);
  assert.equal(cost({ epochs: 10 }), 10 * cost({ epochs: 1 }));
  assert.ok(cost({ hidden: [64, 64, 64], epochs: 5000 }) > BUDGET);
  assert.equal(costHere({ ...training(), explain: true }, limits), Infinity);
});
