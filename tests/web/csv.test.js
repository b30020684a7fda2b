// Tables as CSV: quoted, and without formulas.
import { test } from "node:test";
import assert from "node:assert/strict";
import { csvOf } from "../../src/unitscope/web/pure/csv.js";

test("texts are quoted and numbers are numbers", () => {
  assert.equal(
    csvOf([["a", 'b "c"', 3], [-1.5, 1e-7, "x,y"]]),
    '"a","b ""c""",3\r\n-1.5,1e-7,"x,y"\r\n',
  );
});

test("what a spreadsheet would compute becomes a text", () => {
  const computed = [
    "=1+1",
    "+a",
    "-a",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "\n=x",
    " =1",
    "'=1",
    "''-a",
    "＝1",
  ];
  for (const text of [...computed, '=HYPERLINK("x")', "-1+2", "+1-1", "-"]) {
    assert.equal(csvOf([[text]]), `"'${text.replace(/"/g, '""')}"\r\n`);
  }
  for (const text of ["-1", "+2.5", "-1e-3", "a=b", "c-1", "'a", "", "1+1", "漢"]) {
    assert.equal(csvOf([[text]]), `"${text}"\r\n`);
  }
});
