// What the panels show of a network: which units span the hidden space, and places that points
// share.
import { test } from "node:test";
import assert from "node:assert/strict";
import { crowdsOf, livelyUnits, windowAround } from "../../src/unitscope/web/pure/view.js";

test("of many units the two that differ most span the hidden space, and stay while both do", () => {
  // Three points of four units: units 0 and 3 are dead.
  const outputs = [0, 1, 5, 0, 0, 2, 9, 0, 0, 3, 5, 0];
  assert.deepEqual(livelyUnits(outputs, 4, null), [1, 2]);
  assert.deepEqual(livelyUnits(outputs, 4, { units: 4, axes: [2, 1] }), [2, 1]);
  assert.deepEqual(livelyUnits(outputs, 4, { units: 4, axes: [0, 1] }), [1, 2]);
  assert.deepEqual(livelyUnits(outputs, 4, { units: 3, axes: [0, 1] }), [1, 2]);
  assert.deepEqual([livelyUnits([1, 2], 1, null), livelyUnits([1, 2, 3, 4], 2, null)], [[0, 0], [
    0,
    1,
  ]]);
});

test("points at one place are found together, others are not", () => {
  const rows = [0, 0, 1, 1, 0, 0, 0.5, 0.5, 0, 0],
    crowds = crowdsOf(rows, 2, [0, 1], [[0, 1], [0, 1]]);
  assert.deepEqual([...crowds], [[0, [0, 2, 4]]]);
});

test("a window has all points inside, with room, also where they are one", () => {
  for (const rows of [[0, 0, 10, -5, 3, 3], [7, 7], [1e6, 1, 1e6, 2]]) {
    const window = windowAround(rows, 2, [0, 1]);
    for (let at = 0; at < rows.length; at++) {
      assert.ok(window[at % 2][0] < rows[at] && rows[at] < window[at % 2][1]);
    }
  }
});
