// The page's forward pass and exact geometry against what Python computed: networks.json, made by
// tools/fixtures.py.
import { test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { decisionGeometry } from "../../src/unitscope/web/pure/geometry.js";
import { areaOf } from "../../src/unitscope/web/pure/polygons.js";
import {
  classesOf,
  erf,
  forwardPass,
  networkFrom,
  onPlane,
  parameterCount,
  softmaxRows,
} from "../../src/unitscope/web/pure/network.js";

const cases = JSON.parse(readFileSync(new URL("networks.json", import.meta.url), "utf8"));
const close = (a, b, within, what) =>
  assert.ok(Math.abs(a - b) <= within, `${what}: ${a} and ${b}`);
const size = ([[x0, x1], [y0, y1]]) => (x1 - x0) * (y1 - y0);

for (const known of cases) {
  const network = networkFrom(2, known.layers, Float32Array.from(known.weights)),
    classes = known.layers.at(-1).units;
  test(`${known.name}: logits, probabilities and classes are Python's`, () => {
    const logits = forwardPass(network, known.X, 6).at(-1).z;
    logits.forEach((value, i) =>
      close(value, known.logits[i], 1e-5 * Math.max(1, Math.abs(value)), "logit")
    );
    softmaxRows(logits, 6, classes).forEach((value, i) =>
      close(value, known.probabilities[i], 1e-5, "probability")
    );
    assert.deepEqual([...classesOf(logits, 6, classes)], known.predicted);
  });
  test(`${known.name}: cells tile the window, with Python's areas and boundary`, () => {
    const found = decisionGeometry(network, known.window),
      whole = size(known.window),
      within = known.exact ? 1e-6 : 5e-3;
    const area = new Array(classes).fill(0);
    for (const { label, polygon } of found.cells) area[label] += areaOf(polygon);
    close(area.reduce((sum, one) => sum + one, 0), whole, 1e-9 * whole, "the sum of areas");
    area.forEach((one, k) => close(one / whole, known.area[k] / whole, within, `area of ${k}`));
    close(
      lengthOf(found.boundary),
      known.boundary,
      known.exact ? 1e-5 : 0.01 * Math.max(1, known.boundary),
      "boundary",
    );
    const plain = known.layers.every(({ activation }) =>
      ["linear", "relu", "leaky_relu", "abs"].includes(activation)
    );
    assert.equal(found.exact, plain || known.layers.length === 1);
    if (found.exact && known.exact) assert.equal(found.regions, known.regions);
  });
}

/** @param {number[]} segments */
function lengthOf(segments) {
  let sum = 0;
  for (let i = 0; i < segments.length; i += 4) {
    sum += Math.hypot(segments[i] - segments[i + 2], segments[i + 1] - segments[i + 3]);
  }
  return sum;
}

/** Numbers from -1 to 1, the same for the same seed. */
function numbersFrom(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

test("random networks: cells tile the window, have their class, and end where logits tie", () => {
  for (let seed = 1; seed <= 120; seed++) {
    const next = numbersFrom(seed),
      activation = ["relu", "leaky_relu", "abs"][seed % 3],
      widths = [2 + seed % 5, ...(seed % 2 ? [3] : []), 2 + seed % 6];
    const layers = widths.map((units, l) => ({
      units,
      activation: l === widths.length - 1 ? "linear" : activation,
      negative_slope: 0.2,
    }));
    const network = networkFrom(
        2,
        layers,
        Float32Array.from({ length: parameterCount(2, layers) }, () => 2 * next()),
      ),
      classes = widths.at(-1);
    const window = [[-2, 3], [-1, 2]], found = decisionGeometry(network, window);
    close(
      found.cells.reduce((sum, { polygon }) => sum + areaOf(polygon), 0),
      15,
      1e-9,
      `area of seed ${seed}`,
    );
    for (const { polygon, label } of found.cells) {
      if (areaOf(polygon) < 1e-9) continue;
      const x = polygon.filter((_, i) => i % 2 === 0),
        y = polygon.filter((_, i) => i % 2 === 1),
        middle = [x, y].map((part) => part.reduce((sum, one) => sum + one, 0) / part.length);
      const logits = forwardPass(network, middle, 1).at(-1).z, top = Math.max(...logits);
      close(
        logits[label],
        top,
        1e-9 * Math.max(1, Math.abs(top)),
        `the class of a cell of seed ${seed}`,
      );
    }
    for (let i = 0; i < found.boundary.length; i += 4) {
      const middle = [
        (found.boundary[i] + found.boundary[i + 2]) / 2,
        (found.boundary[i + 1] + found.boundary[i + 3]) / 2,
      ];
      const logits = [...forwardPass(network, middle, 1).at(-1).z].sort((a, b) => b - a);
      close(logits[0], logits[1], 1e-8 * Math.max(1, Math.abs(logits[0])), `a tie of seed ${seed}`);
    }
    assert.ok(classes >= 2);
  }
});

test("equal logits everywhere: the first class has the whole window", () => {
  const network = networkFrom(
    2,
    [{ units: 3, activation: "linear", negative_slope: 0 }],
    new Float32Array(9),
  );
  const found = decisionGeometry(network, [[0, 1], [0, 1]]);
  assert.deepEqual(found.cells.map(({ label }) => label), [0]);
  assert.equal(found.boundary.length, 0);
});

test("more regions than the cap: sampled, and it says so", () => {
  const network = networkFrom(2, cases[6].layers, Float32Array.from(cases[6].weights));
  const found = decisionGeometry(network, cases[6].window, null, 20);
  assert.equal(found.exact, false);
  const exact = decisionGeometry(network, cases[6].window);
  assert.ok(exact.exact && exact.regions > 20);
  close(
    lengthOf(found.boundary),
    lengthOf(exact.boundary),
    0.05 * lengthOf(exact.boundary),
    "boundary",
  );
});

test("a plane of two features holds the others", () => {
  const layers = [{ units: 3, activation: "tanh", negative_slope: 0 }, {
      units: 2,
      activation: "linear",
      negative_slope: 0,
    }],
    next = numbersFrom(7);
  const network = networkFrom(
      4,
      layers,
      Float32Array.from({ length: parameterCount(4, layers) }, next),
    ),
    at = [0.5, -1, 2, 0.25];
  const plane = onPlane(network, 3, 1, at),
    whole = forwardPass(network, [0.5, 0.7, 2, -0.3], 1),
    cut = forwardPass(plane, [-0.3, 0.7], 1);
  cut.at(-1).z.forEach((value, i) => close(value, whole.at(-1).z[i], 1e-12, "logit"));
});

test("the error function, against its known values", () => {
  for (
    const [x, value] of [
      [0, 0],
      [0.5, 0.5204998778130465],
      [1, 0.8427007929497149],
      [2.4, 0.9993114861033549],
      [2.6, 0.9997639655834707],
      [4, 0.9999999845827421],
    ]
  ) {
    close(erf(x), value, 1e-14, `erf(${x})`);
    close(erf(-x), -value, 1e-14, `erf(-${x})`);
  }
});
