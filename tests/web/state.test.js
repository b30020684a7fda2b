// The address, and arrays in messages.
import { test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  decodeBytes,
  decodeFloats,
  encodeBytes,
  encodeFloats,
} from "../../src/unitscope/web/pure/codec.js";
import {
  pointsFromText,
  pointsToText,
  weightsFromText,
  weightsToText,
} from "../../src/unitscope/web/pure/packed.js";
import {
  hashFromState,
  initialState,
  stateFromHash,
  weightsOfClasses,
} from "../../src/unitscope/web/page/state.js";
import { few } from "./points.js";

const hello = JSON.parse(readFileSync(new URL("greeting.json", import.meta.url), "utf8"));

test("arrays come back as they went, long ones too", () => {
  const floats = Float32Array.from({ length: 120001 }, (_, i) => Math.sin(i) * 10 ** (i % 9 - 4));
  assert.deepEqual(decodeFloats(encodeFloats(floats)), floats);
  const bytes = Uint8Array.from({ length: 100003 }, (_, i) => i % 256);
  assert.deepEqual(decodeBytes(encodeBytes(bytes)), bytes);
});

test("the address holds what differs from the start, and gives it back", () => {
  assert.equal(hashFromState(initialState(hello), hello), "");
  const state = {
    ...initialState(hello),
    networkShape: [4, 3],
    learningRate: 0.03,
    dataset: "moons",
    seed: 7,
    view: "logit",
    course: false,
    epoch: 12,
    standardize: "true",
    classWeight: "1,0.5,2e-3",
    earlyStopping: 10,
    hide: ["seed"],
  };
  const { state: back, notices } = stateFromHash(`#${hashFromState(state, hello)}`, hello);
  assert.deepEqual(back, state);
  assert.deepEqual(notices, []);
});

test("weights of classes are sent where they are of these classes", () => {
  assert.equal(weightsOfClasses("", 3), null);
  assert.equal(weightsOfClasses("balanced", 3), "balanced");
  assert.deepEqual(weightsOfClasses("1,0.5,2e-3", 3), [1, 0.5, 0.002]);
  assert.equal(weightsOfClasses("1,0.5,2e-3", 4), null);
  const { state, notices } = stateFromHash("#classWeight=1,x&earlyStopping=0.5", hello);
  assert.deepEqual([state.classWeight, state.earlyStopping, notices.length], ["", 1, 2]);
});

test("strange addresses: unknown names are passed over, values beyond a range are told", () => {
  const { state, notices } = stateFromHash(
    "#seed=-5&networkShape=2,900&activation=evil&epochs=99999&nobody=1&__proto__=x" +
      "&discretize=false&l2=abc",
    hello,
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

test("points in the address come back; too many are left out; nonsense is none", () => {
  const text = pointsToText(few());
  assert.deepEqual(pointsFromText(text, 20), {
    points: few().points,
    labels: few().labels,
    heldOut: null,
  });
  const held = { ...few(), heldOut: Uint8Array.of(0, 1, 0) },
    again = pointsFromText(pointsToText(held), 20);
  assert.deepEqual([again.labels, again.heldOut], [held.labels, held.heldOut]);
  assert.equal(
    pointsFromText(pointsToText({ ...few(), heldOut: Uint8Array.of(1, 1, 1) }), 20),
    null,
  ); // nothing to train on
  assert.equal(
    pointsToText({
      features: 2,
      points: new Float64Array(4000),
      labels: new Uint8Array(2000),
      heldOut: null,
    }),
    "",
  );
  for (const bad of ["", "!!!", "AAAA", "x".repeat(40)]) {
    assert.equal(pointsFromText(bad, 20), null);
  }
});

test("weights in the address come back; others than asked for are none", () => {
  const weights = Float32Array.of(1.5, -2, 0, 3e-8);
  assert.deepEqual(weightsFromText(weightsToText(weights), 4), weights);
  assert.equal(weightsToText(new Float32Array(2000)), "");
  assert.equal(weightsFromText(weightsToText(weights), 5), null);
  assert.equal(weightsFromText(weightsToText(Float32Array.of(1, NaN)), 2), null);
  assert.equal(weightsFromText("!!!", 4), null);
});

test("an address takes the sets, activations and optimizers that Python offers, no others", () => {
  for (const { name } of hello.datasets) {
    const { state, notices } = stateFromHash(`#dataset=${name}`, hello);
    assert.deepEqual([state.dataset, notices], [name, []]);
  }
  for (const name of hello.activations) {
    assert.equal(stateFromHash(`activation=${name}`, hello).state.activation, name);
  }
  for (const name of hello.optimizers) {
    assert.equal(stateFromHash(`optimizer=${name}`, hello).state.optimizer, name);
  }
  const { state, notices } = stateFromHash("dataset=rings&optimizer=evil&epochs=5001", hello);
  assert.deepEqual([state.dataset, state.optimizer, state.epochs], ["lab", "adam", 5000]);
  assert.equal(notices.length, 3);
  const rings = { ...hello, datasets: [...hello.datasets, { name: "rings" }] };
  assert.equal(stateFromHash("dataset=rings", rings).state.dataset, "rings");
});
