// Trains a request by the browser's kernel and by plain JavaScript: seconds of each, and losses.
// A line {limits, requests, course} comes in for every round, a line of JSON goes out.
import { answerToTraining, trainingOf } from "../src/unitscope/web/kernel/answers.js";
import { Kernel } from "../src/unitscope/web/kernel/machine.js";
import { trainedInPieces } from "../src/unitscope/web/kernel/training.js";

const FOLDER = new URL("../src/unitscope/web/kernel/", import.meta.url);
const kernels = Object.fromEntries(["relaxed", "plain"].map((kind) => {
  const bytes = Deno.readFileSync(new URL(`${kind}.wasm`, FOLDER));
  return [kind, new Kernel(new WebAssembly.Module(bytes))];
}));
const start = Deno.readFileSync(new URL("course.bin", FOLDER));
const course = { weights: new Float32Array(start.slice(0, 72).buffer), order: start.subarray(72) };

/** What a generator gives in the end. */
function ended(steps) {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** The order of all epochs: the course's, or drawn by the kernel's own code. */
function orderOf({ order, recipe: { epochs }, fitted: { labels } }) {
  if (typeof order !== "number") return Int32Array.from(order);
  const n = labels.length;
  const arrays = kernels.plain.lay({
    drawing: [BigInt64Array, 5],
    places: [Int32Array, (epochs + 1) * n],
  });
  arrays.drawing.set([n, epochs, 0, 0, order].map(BigInt));
  kernels.plain.run("shuffles", arrays.drawing, arrays.drawing, arrays.places);
  return arrays.places.slice(0, epochs * n);
}

/** Relu layers and Adam as one would write them by hand, in float64; the loss of each epoch. */
function plainly({ shape, recipe, fitted: { points, labels }, start }, order) {
  const n = labels.length, P = Float64Array.from(start), losses = [];
  const m = new Float64Array(P.length), v = new Float64Array(P.length);
  const G = new Float64Array(P.length), inputs = shape[0].inputs;
  const A = [new Float64Array(inputs), ...shape.map(({ units }) => new Float64Array(units))];
  const D = A.map((row) => new Float64Array(row.length));
  for (let epoch = 0, step = 0; epoch < recipe.epochs; epoch++) {
    let whole = 0;
    for (let begin = 0; begin < n; begin += recipe.batch_size) {
      const size = Math.min(recipe.batch_size, n - begin);
      G.fill(0);
      for (let k = begin; k < begin + size; k++) {
        const point = order[epoch * n + k];
        for (let i = 0; i < inputs; i++) A[0][i] = points[point * inputs + i];
        whole += onePoint(shape, P, G, A, D, labels[point], 1 / size);
      }
      step++;
      const rate = recipe.learning_rate * Math.sqrt(1 - 0.999 ** step) / (1 - 0.9 ** step);
      for (let q = 0; q < P.length; q++) {
        m[q] += (G[q] - m[q]) * 0.1;
        v[q] += (G[q] * G[q] - v[q]) * 0.001;
        P[q] -= rate * m[q] / (Math.sqrt(v[q]) + 1e-7);
      }
    }
    losses.push(whole / n);
  }
  return losses;
}

/** Add a point's gradient to G; its loss. */
function onePoint(shape, P, G, A, D, label, weight) {
  let at = 0;
  shape.forEach(({ inputs, units }, l) => {
    const from = A[l], to = A[l + 1], bias = at + inputs * units;
    for (let j = 0; j < units; j++) {
      let z = P[bias + j];
      for (let i = 0; i < inputs; i++) z += from[i] * P[at + i * units + j];
      to[j] = z > 0 || l === shape.length - 1 ? z : 0;
    }
    at = bias + units;
  });
  const logits = A.at(-1), largest = Math.max(...logits), last = D.at(-1);
  let sum = 0;
  for (let k = 0; k < logits.length; k++) sum += last[k] = Math.exp(logits[k] - largest);
  const loss = largest - logits[label] + Math.log(sum);
  for (let k = 0; k < last.length; k++) last[k] = (last[k] / sum - (k === label ? 1 : 0)) * weight;
  for (let l = shape.length - 1; l >= 0; l--) {
    const { inputs, units } = shape[l], from = A[l], to = D[l + 1], back = D[l];
    at -= (inputs + 1) * units;
    for (let j = 0; j < units; j++) G[at + inputs * units + j] += to[j];
    for (let i = 0; i < inputs; i++) {
      let sum = 0;
      for (let j = 0; j < units; j++) {
        G[at + i * units + j] += from[i] * to[j];
        sum += to[j] * P[at + i * units + j];
      }
      back[i] = from[i] > 0 ? sum : 0;
    }
  }
  return loss;
}

/** Seconds of a call, the least of several. */
function seconds(call, times) {
  let least = Infinity;
  for (let k = 0; k < times; k++) {
    const began = performance.now();
    call();
    least = Math.min(least, performance.now() - began);
  }
  return least / 1000;
}

/** Seconds of the loop alone within a training. */
function loopSeconds(kernel, task) {
  let spent = 0;
  const timed = Object.create(kernel, {
    run: {
      value: (name, ...arrays) => {
        const began = performance.now(), found = kernel.run(name, ...arrays);
        if (name === "loop") spent += performance.now() - began;
        return found;
      },
    },
  });
  ended(trainedInPieces(timed, task));
  return spent / 1000;
}

const decoder = new TextDecoder();
let text = "";
for await (const bytes of Deno.stdin.readable) {
  text += decoder.decode(bytes, { stream: true });
  const lines = text.split("\n");
  text = lines.pop();
  for (const line of lines) {
    const { limits, request, times } = JSON.parse(line), given = { limits, course };
    const { task } = trainingOf(request, given), order = orderOf(task), found = {};
    for (const [kind, kernel] of Object.entries(kernels)) {
      found[`${kind}, the loop`] = Math.min(
        ...Array.from({ length: times }, () => loopSeconds(kernel, task)),
      );
      found[`${kind}, request to reply`] = seconds(
        () => ended(answerToTraining(kernel, request, given)),
        times,
      );
    }
    found.plain = seconds(() => plainly(task, order), Math.max(1, times >> 2));
    const losses = [plainly(task, order), [...ended(trainedInPieces(kernels.relaxed, task)).loss]];
    console.log(JSON.stringify({ seconds: found, losses }));
  }
}
