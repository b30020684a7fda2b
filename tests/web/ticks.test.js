// Round numbers: the ends of scales, and ticks with their text.
import { test } from "node:test";
import assert from "node:assert/strict";
import { roundTicks, scaleTop, tickText } from "../../src/unitscope/web/pure/ticks.js";

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
