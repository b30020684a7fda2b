// The plane that the maps show: places of points, back to features, and the network of it.
import { test } from "node:test";
import assert from "node:assert/strict";
import { encodeFloats } from "../../src/unitscope/web/pure/codec.js";
import { forwardPass } from "../../src/unitscope/web/pure/network.js";
import {
  axesPlane,
  movedOn,
  networkOn,
  placesOn,
  planeFromWire,
  pointOn,
} from "../../src/unitscope/web/pure/plane.js";
import { viewOf, windowOn } from "../../src/unitscope/web/pure/view.js";

/** Four points of three features, two of each class. */
const data = () => ({
  features: 3,
  points: Float64Array.of(1, 2, 3, 4, 0, 6, -1, 5, 2, 0, 1, 5),
  labels: Uint8Array.of(0, 1, 1, 0),
  classNames: ["a", "b"],
  featureNames: ["x", "y", "z"],
  heldOut: null,
});

/** The weights of two units span the plane of x and of y + z. */
const network = {
  features: 3,
  layers: [
    {
      inputs: 3,
      units: 2,
      activation: "relu",
      slope: 0.2,
      weights: [1, 2, -1, 1, -1, 1],
      bias: [1, -5],
    },
    { inputs: 2, units: 2, activation: "linear", slope: 0.2, weights: [1, 0, 0, 1], bias: [0, 1] },
  ],
};
const half = Math.SQRT1_2;
const spanned = planeFromWire({
  origin: encodeFloats([0, 0, 0]),
  basis: encodeFloats([1, 0, 0, 0, half, half]),
  dual: encodeFloats([1, 0, 0, 0, half, half]),
  names: ["x", "0.71 y + 0.71 z"],
  words: "the plane of the two units, exact for all 3 features",
});

test("two features are their own coordinates, and the others are held at their mean", () => {
  const shown = data(), plane = axesPlane(shown, [2, 0]);
  assert.deepEqual([...placesOn(plane, shown)], [3, 1, 6, 4, 2, -1, 5, 0]);
  assert.deepEqual(pointOn(plane, 7, 8), [8, 2, 7]);
  assert.deepEqual(plane.names, ["z", "x"]);
  assert.equal(axesPlane(shown, [2, 0]), plane);
  assert.deepEqual([...movedOn(plane, shown, 1, [9, -9])].slice(3, 6), [-9, 0, 9]);
});

test("on the plane of the units every point stands on the ground of its prediction", () => {
  const shown = data(), window = windowOn(spanned, shown);
  const view = viewOf({
    network,
    data: shown,
    plane: spanned,
    window,
    layer: 0,
    pair: [null, null],
  });
  assert.equal(view.agreeing, 4);
  const on = forwardPass(networkOn(network, spanned), view.places, 4), all = view.passes;
  on[1].z.forEach((z, at) => assert.ok(Math.abs(z - all[1].z[at]) < 1e-5));
  const held = viewOf({
    network,
    data: shown,
    plane: axesPlane(shown, [0, 1]),
    window,
    layer: 0,
    pair: [null, null],
  });
  const lifted = [0, 1, 2, 3].flatMap((k) => pointOn(held.plane, ...held.places.slice(2 * k)));
  const there = forwardPass(network, lifted, 4)[1].z;
  const same = [0, 1, 2, 3].filter((k) =>
    Number(there[2 * k + 1] > there[2 * k]) === view.predicted[k]
  );
  assert.equal(held.agreeing, same.length);
});

test("a point that is moved on a slanting plane goes where it was led", () => {
  const shown = data();
  shown.points = movedOn(spanned, shown, 2, [3, 4]);
  const places = placesOn(spanned, shown);
  assert.ok(Math.hypot(places[4] - 3, places[5] - 4) < 1e-6);
});

test("one feature lies on a line, in a row for each class", () => {
  const shown = {
    ...data(),
    features: 1,
    points: Float64Array.of(5, 7, 6, 9),
    featureNames: ["x"],
  };
  const plane = axesPlane(shown, [0, 0]);
  assert.deepEqual([...placesOn(plane, shown)], [5, 1, 7, 0, 6, 0, 9, 1]);
  assert.deepEqual([plane.names, plane.plain], [["x", "a row for each class"], true]);
  assert.deepEqual(windowOn(plane, shown)[1], [-0.6, 1.6]);
  assert.deepEqual([...movedOn(plane, shown, 1, [3, 1])], [5, 3, 6, 9]);
});
