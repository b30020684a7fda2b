// A table's remedies, and a file that is too large to send.
import { test } from "node:test";
import assert from "node:assert/strict";
import { remediesOf } from "../../src/unitscope/web/pure/remedies.js";
import { drawn, fitting, lineEnds } from "../../src/unitscope/web/pure/thinning.js";

/** A table as it is told: each column's name and what is not as usual. */
const told = (columns, rest = {}) => ({
  rows: 344,
  incomplete: 0,
  header_in_doubt: false,
  columns: Object.entries(columns).map(([name, given]) => ({
    name,
    role: "feature",
    missing: 0,
    classes: 0,
    problem: "",
    ...given,
  })),
  ...rest,
});
const words = (table, missing = "refuse") => remediesOf(table, missing).map((one) => one.words);
const species = { role: "class", classes: 3 };

test("what stands in the way is left out, filled in, or another column has the classes", () => {
  const date = { problem: "dates or times" }, gaps = { missing: 11 };
  assert.deepEqual(words(told({ a: {}, species })), []);
  const both = told({ a: gaps, date, species }, { incomplete: 11 });
  const [columns, rows, means] = remediesOf(both, "refuse");
  assert.deepEqual(columns, { words: "Leave out date", choice: { features: ["a"] } });
  assert.deepEqual(rows, { words: "Leave out 11 rows", choice: { missing: "drop" } });
  assert.deepEqual(means.choice, { missing: "mean" });
  assert.deepEqual(words(both, "drop"), ["Leave out date"]);
  assert.deepEqual(words(told({ a: gaps, species }, { incomplete: 344 })), [
    "Fill in the columns' means",
  ]);
  const price = { role: "class", classes: 0 };
  assert.deepEqual(remediesOf(told({ kind: { classes: 4 }, a: {}, price }), "refuse"), [
    { words: "Classes of kind", choice: { target: "kind", features: null } },
  ]);
  assert.equal(words(told({ a: {}, species }, { header_in_doubt: true })).length, 2);
  // Nothing is left of it: no button that is refused again.
  assert.deepEqual(words(told({ date, species })), []);
});

test("a line ends where no cell is quoted, and empty ones are none", () => {
  const text = new TextEncoder().encode('a,b\r\n"x\ny",1\n\n2,3');
  assert.deepEqual(lineEnds(text), [5, 13, 17]);
});

test("of a large file the first lines stay, and of the others as many as are wanted", async () => {
  const lines = Array.from({ length: 30_000 }, (_, k) => `${k},${k % 2},"a\n${k * k}"\n`),
    text = new TextEncoder().encode(lines.join("")),
    ends = lineEnds(text);
  assert.equal(ends.length, 30_000);
  const { content, more } = drawn(text, ends, 0.1), kept = lineEnds(content).length;
  assert.deepEqual([kept, more], [20 + 2998, 30_000 - 20 - 2998]);
  const numbers = new TextDecoder().decode(content).match(/^\d+(?=,)/gm).map(Number);
  assert.deepEqual(numbers.slice(0, 20), [...Array(20).keys()]);
  assert.ok(numbers.every((one, k) => k === 0 || one > numbers[k - 1]));
  const odd = numbers.filter((one) => one % 2).length / kept;
  assert.ok(Math.abs(odd - 0.5) < 0.03 && Math.abs(numbers[kept >> 1] / 15_000 - 1) < 0.05);

  const small = await fitting(text, 40_000);
  assert.ok(small.content.length <= 40_000 && small.content.length > 25_000 && small.more > 0);
  const stream = new Blob([small.content]).stream().pipeThrough(new DecompressionStream("gzip"));
  const read = lineEnds(new Uint8Array(await new Response(stream).arrayBuffer())).length;
  assert.equal(read + small.more, 30_000);
  assert.equal((await fitting(text, 1e7)).content, text);
  await assert.rejects(fitting(new Uint8Array(5000), 4000), /must be text/);
});
