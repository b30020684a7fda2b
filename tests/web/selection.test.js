// What is pointed at and chosen: by hand, or by the sentence pointed at.
import { test } from "node:test";
import assert from "node:assert/strict";
import { Selection } from "../../src/unitscope/web/page/selection.js";

const view = { network: { layers: [{ units: 2 }, { units: 3 }] } };
const claim = (...about) => ({ topic: "", text: "", about });

function selecting() {
  const page = {
    data: { labels: Uint8Array.of(0, 1, 1, 2), classNames: ["a", "b", "c"] },
    changed() {},
    announcePoint() {},
  };
  return new Selection(page);
}

test("a point hovered goes before one that a sentence names, and that before one chosen", () => {
  const selection = selecting();
  selection.choosePoint(1);
  assert.equal(selection.litPoint(), 1);
  selection.hoverClaim(claim({ point: 2 }));
  assert.equal(selection.litPoint(), 2);
  selection.hoverPoint(3);
  assert.equal(selection.litPoint(), 3);
  selection.hoverPoint(9); // of data that are gone
  assert.equal(selection.litPoint(), null);
});

test("a unit is lit by a sentence on it or, for an output, on its class", () => {
  const selection = selecting();
  selection.hoverClaim(claim({ unit: [0, 1] }, { class: 2 }));
  const lit = [[0, 0], [0, 1], [1, 1], [1, 2]].map((unit) => selection.isLit(view, unit));
  assert.deepEqual(lit, [false, true, false, true]);
  assert.deepEqual(selection.litUnit(view), [0, 1]);
  selection.hoverClaim(claim({ unit: [0, 7] }));
  assert.equal(selection.litUnit(view), null);
});

test("a unit chosen again is let go, but for one whose weight is to be changed", () => {
  const selection = selecting();
  selection.chooseUnit([0, 1]);
  selection.chooseUnit([0, 1], 1);
  assert.deepEqual([selection.pinnedUnit, selection.focusWeight], [[0, 1], 1]);
  selection.chooseUnit([0, 1]);
  assert.equal(selection.pinnedUnit, null);
});

test("a cell of the matrix or a sentence on a class leaves its points strong", () => {
  const selection = selecting(), predicted = [0, 1, 0, 2];
  assert.equal(selection.chosenPoints(predicted), null);
  selection.hoverClaim(claim({ class: 1 }));
  assert.deepEqual(selection.chosenPoints(predicted), new Set([1, 2]));
  selection.hoverClaim(claim({ class: 1 }, { point: 0 }));
  assert.equal(selection.chosenPoints(predicted), null);
  selection.chooseCell([1, 0]);
  assert.deepEqual(selection.chosenPoints(predicted), new Set([2]));
});

test("what other data or another network does not have is let go", () => {
  const selection = selecting();
  Object.assign(selection, { pinnedPoint: 3, shownClass: 2, chosenCell: [0, 0] });
  selection.keepPointsOf({ labels: new Uint8Array(3), classNames: ["a", "b"] });
  assert.deepEqual([selection.pinnedPoint, selection.shownClass, selection.chosenCell], [
    null,
    1,
    null,
  ]);
  Object.assign(selection, { pinnedUnit: [0, 1], hoveredUnit: [1, 0] });
  selection.keepUnitsOf([{ units: 1 }, { units: 3 }]);
  assert.deepEqual([selection.pinnedUnit, selection.hoveredUnit], [null, [1, 0]]);
});
