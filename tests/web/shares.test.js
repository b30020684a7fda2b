// Shares as the page writes them: as percent() in shares.py, without a last zero.
import { test } from "node:test";
import assert from "node:assert/strict";
import { percentage } from "../../src/unitscope/web/panels/elements.js";

test("a share is 100% only where it is all, and 0% only where it is none", () => {
  const shown = [0, 1e-9, 0.0009, 0.001, 0.5, 0.4321, 0.999, 2999 / 3000, 1 - 1e-12, 1, NaN];
  assert.deepEqual(shown.map(percentage), [
    "0%",
    "<0.1%",
    "<0.1%",
    "0.1%",
    "50%",
    "43.2%",
    "99.9%",
    ">99.9%",
    ">99.9%",
    "100%",
    "–",
  ]);
});
