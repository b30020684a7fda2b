import assert from "node:assert/strict";
import { unitsFor } from "../../src/unitscope/web/page/sets.js";

Deno.test("a set that needs more units begins with them, and gives those of before back", () => {
  const digits = unitsFor([2], undefined, [32], null);
  assert.deepEqual(digits, { units: [32], before: [2] });
  assert.deepEqual(unitsFor([32], [32], undefined, [2]), { units: [2], before: null });
  // Units that were changed meanwhile, or that are enough, stay.
  assert.deepEqual(unitsFor([20], [32], undefined, [2]), { units: [20], before: null });
  assert.deepEqual(unitsFor([64, 32], undefined, [32], null), { units: [64, 32], before: null });
  assert.deepEqual(unitsFor([], undefined, [32], null), { units: [32], before: [] });
});
