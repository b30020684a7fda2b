// The address, arrays in messages, and edits of the data.
import { test } from "node:test";
import assert from "node:assert/strict";
import {
  decodeBytes,
  decodeFloats,
  encodeBytes,
  encodeFloats,
} from "../../src/unitscope/web/pure/codec.js";
import {
  hashFromState,
  initialState,
  pointsFromText,
  pointsToText,
  stateFromHash,
  weightsFromText,
  weightsToText,
} from "../../src/unitscope/web/page/state.js";
import {
  dataFromWire,
  dataToWire,
  Editor,
  heldOutOf,
} from "../../src/unitscope/web/page/editor.js";
import { roundTicks, scaleTop, tickText } from "../../src/unitscope/web/pure/colors.js";

test("arrays come back as they went, long ones too", () => {
  const floats = Float32Array.from({ length: 120001 }, (_, i) => Math.sin(i) * 10 ** (i % 9 - 4));
  assert.deepEqual(decodeFloats(encodeFloats(floats)), floats);
  const bytes = Uint8Array.from({ length: 100003 }, (_, i) => i % 256);
  assert.deepEqual(decodeBytes(encodeBytes(bytes)), bytes);
});

test("the address holds what differs from the start, and gives it back", () => {
  assert.equal(hashFromState(initialState()), "");
  const state = {
    ...initialState(),
    networkShape: [4, 3],
    learningRate: 0.03,
    dataset: "moons",
    seed: 7,
    view: "logit",
    course: false,
    epoch: 12,
    hide: ["seed"],
  };
  const { state: back, notices } = stateFromHash(`#${hashFromState(state)}`);
  assert.deepEqual(back, state);
  assert.deepEqual(notices, []);
});

test("strange addresses: unknown names are passed over, values out of range are changed and told", () => {
  const { state, notices } = stateFromHash(
    "#seed=-5&networkShape=2,900&activation=evil&epochs=99999&nobody=1&__proto__=x&discretize=false&l2=abc",
  );
  assert.equal(state.seed, 0);
  assert.deepEqual(state.networkShape, [2]);
  assert.equal(state.activation, "relu");
  assert.equal(state.epochs, 5000);
  assert.equal(state.view, "probability");
  assert.equal(notices.length, 5);
  assert.match(
    notices.join(),
    /epochs must be a whole number from 1 to 5000\. Got 99999 instead\./,
  );
});

const few = () => ({
  features: 2,
  points: Float64Array.of(0, 1, 2, 3, 4, 5),
  labels: Uint8Array.of(0, 1, 1),
  classNames: ["a", "b"],
  featureNames: ["x0", "x1"],
  heldOut: null,
});

test("points in the address come back; too many are left out; nonsense is none", () => {
  const text = pointsToText(few());
  assert.deepEqual(pointsFromText(text), {
    points: few().points,
    labels: few().labels,
    heldOut: null,
  });
  const held = { ...few(), heldOut: Uint8Array.of(0, 1, 0) },
    again = pointsFromText(pointsToText(held));
  assert.deepEqual([again.labels, again.heldOut], [held.labels, held.heldOut]);
  assert.equal(pointsFromText(pointsToText({ ...few(), heldOut: Uint8Array.of(1, 1, 1) })), null); // nothing to train on
  assert.equal(
    pointsToText({
      features: 2,
      points: new Float64Array(4000),
      labels: new Uint8Array(2000),
      heldOut: null,
    }),
    "",
  );
  for (const bad of ["", "!!!", "AAAA", "x".repeat(40)]) assert.equal(pointsFromText(bad), null);
});

test("weights in the address come back; others than asked for are none", () => {
  const weights = Float32Array.of(1.5, -2, 0, 3e-8);
  assert.deepEqual(weightsFromText(weightsToText(weights), 4), weights);
  assert.equal(weightsToText(new Float32Array(2000)), "");
  assert.equal(weightsFromText(weightsToText(weights), 5), null);
  assert.equal(weightsFromText(weightsToText(Float32Array.of(1, NaN)), 2), null);
  assert.equal(weightsFromText("!!!", 4), null);
});

test("data goes over the wire and back", () => {
  const data = { ...few(), heldOut: Uint8Array.of(0, 0, 1) };
  assert.deepEqual(dataFromWire(dataToWire(data)), data);
});

test("the test points of a share are that many, and the same again", () => {
  const held = heldOutOf(100, 0.3, 1);
  assert.equal(held.reduce((sum, one) => sum + one, 0), 30);
  assert.deepEqual(heldOutOf(100, 0.3, 1), held);
  assert.equal(heldOutOf(100, 0, 1), null);
});

/** @returns {any} */
function editor() {
  const made = new Editor();
  made.hello = { limits: { points: 10, classes: 3 } };
  made.window = [[-1, 6], [-1, 6]];
  made.refusals = [];
  made.refused = (message) => made.refusals.push(message);
  made.takeData(few());
  return made;
}

test("points are added, erased, relabelled and dragged, and all of it is undone and done again", () => {
  const made = editor(), before = few();
  made.addPoint(0.5, 0.25);
  assert.deepEqual([...made.data.points.slice(6)], [0.5, 0.25]);
  made.erasePoint(0);
  assert.deepEqual([...made.data.labels], [1, 1, 0]);
  made.relabelPoint(2, 1);
  made.beginDrag();
  made.dragPoint(0, 9, 8);
  made.endDrag();
  assert.deepEqual([...made.data.points.slice(0, 2)], [9, 8]);
  const after = made.data;
  for (let i = 0; i < 4; i++) made.undo();
  assert.deepEqual(made.data, before);
  assert.equal(made.canUndo(), false);
  for (let i = 0; i < 4; i++) made.redo();
  assert.deepEqual(made.data.points, after.points);
  assert.deepEqual(made.data.labels, after.labels);
});

test("a class is added with points of its own inside the window, and removed with them; limits are told", () => {
  const made = editor();
  made.hello.limits.points = 100;
  made.changeClasses(1);
  assert.deepEqual(made.data.classNames, ["a", "b", "c2"]);
  const own = [...made.data.labels.keys()].filter((i) => made.data.labels[i] === 2);
  assert.equal(own.length, 12);
  for (const i of own) {
    assert.ok(
      made.data.points[2 * i] > -1 && made.data.points[2 * i] < 6 &&
        made.data.points[2 * i + 1] > -1 && made.data.points[2 * i + 1] < 6,
    );
  }
  made.changeClasses(1);
  made.changeClasses(-1);
  assert.deepEqual(made.data, few());
  made.changeClasses(-1);
  assert.match(
    made.refusals.join(" "),
    /classes must be 2 to 3\. Got 4 instead\. classes must be 2 to 3\. Got 1 instead\./,
  );
});

test("ticks are round, inside, and told apart by their text", () => {
  for (const [low, high] of [[0, 1], [-8, 9], [0.99990, 1.0001], [1e5, 3e5], [-2e-5, 7e-5]]) {
    const ticks = roundTicks(low, high), texts = ticks.map((tick) => tickText(tick, low, high));
    assert.ok(
      ticks.length >= 2 && ticks.every((tick) => tick >= low - 1e-12 && tick <= high + 1e-12),
      String(ticks),
    );
    assert.equal(new Set(texts).size, texts.length);
  }
  for (const value of [1e-6, 0.3, 1, 1.01, 19, 99]) {
    assert.ok(scaleTop(value) >= value && scaleTop(value) <= 2 * value);
  }
});
