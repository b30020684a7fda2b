// Trains a request again and again, from other seeds: what its module and JavaScript take, early
// on and in the end. Arguments: a file as answer.js takes it, and how many times.
import { answerToTraining } from "../../../src/unitscope/web/kernel/answers.js";
import { Kernel } from "../../../src/unitscope/web/kernel/machine.js";

const FOLDER = new URL("../../../src/unitscope/web/kernel/", import.meta.url);
const module = new WebAssembly.Module(Deno.readFileSync(new URL("relaxed.wasm", FOLDER)));
const kernel = new Kernel(module), times = Number(Deno.args[1]);
const { limits, requests: [request] } = JSON.parse(Deno.readTextFileSync(Deno.args[0]));
const found = { module: [], process: [] };

for (let seed = 0; seed < times; seed++) {
  const work = answerToTraining(kernel, { ...request, recipe: { seed } }, { limits });
  while (!work.next().done);
  if (seed === Math.floor(times / 5) || seed === times - 1) {
    found.module.push(kernel.bytes);
    globalThis.gc(); // what is not collected yet is no leak
    const { heapUsed, external } = Deno.memoryUsage();
    found.process.push(heapUsed + external);
  }
}
console.log(JSON.stringify(found));
