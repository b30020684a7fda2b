// Two networks on one window: where they differ, and a model that stays as it was trained.
import { test } from "node:test";
import assert from "node:assert/strict";
import { Comparison } from "../../src/unitscope/web/page/comparison.js";
import { Elsewhere } from "../../src/unitscope/web/page/elsewhere.js";
import { encodeFloats } from "../../src/unitscope/web/pure/codec.js";
import { decisionGeometry } from "../../src/unitscope/web/pure/geometry.js";
import { classesOf, forwardPass, networkFrom } from "../../src/unitscope/web/pure/network.js";
import { differences } from "../../src/unitscope/web/pure/overlay.js";
import { axesPlane } from "../../src/unitscope/web/pure/plane.js";
import { gridOver, viewOf } from "../../src/unitscope/web/pure/view.js";

const WINDOW = [[-2, 3], [-1, 2]], AREA = 15, CLASSES = 3;

/** Numbers in (-1, 1) that a seed tells. */
function numbersOf(seed, count) {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return 2 * state / 2 ** 32 - 1;
  });
}

function networkOf(seed, activation = "relu") {
  const layers = [{ units: 5, activation }, { units: CLASSES, activation: "linear" }];
  return networkFrom(2, layers, numbersOf(seed, 33));
}

const cellsOf = (network) => decisionGeometry(network, WINDOW).cells;

/** The shares of the window by both classes, seen on a grid. */
function sharesSeen(one, other) {
  const side = 200, points = gridOver(WINDOW, side), found = new Float64Array(CLASSES ** 2);
  const [a, b] = [one, other].map((network) =>
    classesOf(forwardPass(network, points, side ** 2)[1].z, side ** 2, CLASSES)
  );
  a.forEach((label, i) => found[label * CLASSES + b[i]] += 1 / side ** 2);
  return found;
}

test("pieces have the areas by both classes that a grid sees, and each is told once", () => {
  for (let seed = 1; seed < 7; seed++) {
    const one = networkOf(seed), other = networkOf(seed + 50, seed % 2 ? "relu" : "tanh");
    const pieces = differences(cellsOf(one), cellsOf(other), WINDOW[0]);
    const shares = new Float64Array(CLASSES ** 2), seen = sharesSeen(one, other);
    for (const { label, other, area } of pieces) shares[label * CLASSES + other] += area / AREA;
    for (let k = 0; k < CLASSES ** 2; k++) {
      const expected = k % (CLASSES + 1) === 0 ? 0 : seen[k]; // none where they agree
      assert.ok(Math.abs(shares[k] - expected) < 0.02, `${seed} ${k} ${shares[k]} ${expected}`);
    }
    const back = differences(cellsOf(other), cellsOf(one), WINDOW[0]);
    const total = (found) => found.reduce((sum, { area }) => sum + area, 0);
    assert.ok(Math.abs(total(pieces) - total(back)) < 1e-9);
    assert.deepEqual(differences(cellsOf(one), cellsOf(one), WINDOW[0]), []);
  }
});

const POINTS = Float64Array.of(-1, 0, 0, 1, 1, 1, 2, -0.5);

function dataOf() {
  return {
    features: 2,
    points: POINTS,
    labels: Uint8Array.of(0, 1, 2, 0),
    classNames: ["a", "b", "c"],
    featureNames: ["x0", "x1"],
    heldOut: null,
  };
}

function viewOn(network) {
  const data = dataOf(), plane = axesPlane(data, [0, 1]);
  return viewOf({ network, data, plane, window: WINDOW, layer: 0, pair: [null, null] });
}

test("the network shown is kept with its numbers, and let go again", () => {
  const layers = [{ units: 5, activation: "relu" }, { units: 3, activation: "linear" }];
  const weights = numbersOf(1, 33), said = [];
  const playback = { run: { features: 2, layers }, epoch: 7, weightsShown: () => weights };
  const page = {
    playback,
    elsewhere: { stays: false },
    changed() {},
    announce: (words) => said.push(words),
  };
  const comparison = new Comparison(page), other = viewOn(networkOf(60));
  assert.equal(comparison.of(other), null);
  comparison.toggle();
  const same = comparison.of(viewOn(networkOf(1)));
  assert.deepEqual([same.pieces, same.share, same.points], [[], 0, []]);
  weights.fill(0); // the run's go with the run
  const found = comparison.of(other),
    [a, b] = [networkOf(1), networkOf(60)].map((network) =>
      classesOf(forwardPass(network, POINTS, 4)[1].z, 4, CLASSES)
    );
  assert.deepEqual(found.points, [0, 1, 2, 3].filter((i) => a[i] !== b[i]));
  assert.ok(found.exact && found.share > 0 && comparison.of(other) === found);
  const wider = networkFrom(3, layers, numbersOf(1, 38));
  assert.equal(comparison.of({ ...other, network: wider }), null);
  comparison.toggle();
  assert.deepEqual(said, ["Kept to compare: epoch 7 of 5 units", "Comparing ended"]);
});

test("a comparison opens with its first kept, and comes back to it beside its second only", () => {
  const layers = [{ units: 5, activation: "relu" }, { units: 3, activation: "linear" }];
  const weights = numbersOf(1, 33), loss = { length: 0 };
  const playback = { run: { features: 2, layers, loss }, epoch: 0, edited: null };
  playback.weightsShown = () => numbersOf(2, 33);
  const page = { playback, elsewhere: { stays: true }, changed() {}, announce() {} };
  const network = { features: 2, layers, weights: encodeFloats(weights) };
  const comparison = new Comparison(page, { beside: { network, name: "one", shown: "two" } });
  const { given } = comparison;
  assert.deepEqual([given, given.network.layers[0].weights], [
    comparison.kept,
    networkFrom(2, layers, weights).layers[0].weights,
  ]);
  comparison.toggle();
  assert.equal(comparison.kept, null);
  comparison.toggle();
  assert.deepEqual([comparison.kept, comparison.second], [given, "two"]);
  comparison.toggle();
  playback.edited = weights; // another network is shown than the second
  comparison.toggle();
  assert.deepEqual([comparison.kept.name, comparison.second], [
    "the model, weights changed by hand",
    null,
  ]);
});

function elsewhereOf(read_as) {
  const page = { did: [], explanation: { askAgain: () => page.did.push("explain") } };
  page.train = () => page.did.push("train");
  page.changed = () => page.did.push("paint");
  page.announce = () => page.did.push("say");
  page.comparison = { kept: null, toggle: () => page.did.push("keep") };
  return { page, elsewhere: new Elsewhere(page, { run: { read_as } }) };
}

test("a model answers instead of a training, until a training is asked for", () => {
  const { page, elsewhere } = elsewhereOf("logits; 3 classes");
  assert.ok(elsewhere.answers(true));
  assert.deepEqual(page.did.splice(0), ["explain", "paint"]);
  elsewhere.asked = true; // a setting
  assert.ok(elsewhere.answers(true) && /settings are of/.test(elsewhere.words));
  assert.deepEqual(page.did.splice(0), ["explain", "say", "paint"]);
  elsewhere.trainHere();
  assert.deepEqual([page.did.splice(0), elsewhere.answers(true)], [["keep", "train"], false]);
  elsewhere.take(elsewhere.model); // back to it
  assert.ok(elsewhere.answers(true));
});

test("a model that does not take the data is left, and a run of ours is none", () => {
  const { page, elsewhere } = elsewhereOf("logits; 3 classes");
  assert.equal(elsewhere.answers(false), false);
  assert.deepEqual([page.did, !!elsewhere.model], [["say"], true]);
  assert.equal(elsewhereOf(undefined).elsewhere.answers(true), false);
});
