// Answers requests as a page's worker does: a file of {limits, requests} in, the replies out.
// Arguments: which module, and the file.
import { answerToSeeds, answerToTraining } from "../../../src/unitscope/web/kernel/answers.js";
import { Refused } from "../../../src/unitscope/web/kernel/checks.js";
import { Kernel } from "../../../src/unitscope/web/kernel/machine.js";

const FOLDER = new URL("../../../src/unitscope/web/kernel/", import.meta.url);
const [kind, path] = Deno.args;
const module = new WebAssembly.Module(Deno.readFileSync(new URL(`${kind}.wasm`, FOLDER)));
const { limits, requests } = JSON.parse(Deno.readTextFileSync(path));
const bytes = Deno.readFileSync(new URL("course.bin", FOLDER));
const course = {
  weights: new Float32Array(bytes.buffer.slice(0, 72)),
  order: bytes.subarray(72),
};
const kernel = new Kernel(module);

function reply(request) {
  const answer = request.kind === "seeds" ? answerToSeeds : answerToTraining;
  try {
    const work = answer(kernel, request, { limits, course });
    let step = work.next();
    while (!step.done) step = work.next();
    return step.value;
  } catch (problem) {
    if (!(problem instanceof Refused)) throw problem;
    return { kind: "refused", message: problem.message };
  }
}

console.log(JSON.stringify(requests.map(reply)));
