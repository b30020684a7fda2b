// A lesson's file, and what of it is refused.
import { test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { lessonFrom, lessonFromText } from "../../src/unitscope/web/lessons/lesson.js";
import { isMeasure } from "../../src/unitscope/web/lessons/measures.js";
import { FIRST_LESSONS } from "../../src/unitscope/web/lessons/first.js";
import { MORE_LESSONS } from "../../src/unitscope/web/lessons/more.js";

const offered = JSON.parse(readFileSync(new URL("greeting.json", import.meta.url), "utf8"));
const step = () => ({ title: "A", text: ["{right} of {points}, {on 1 0 3}"], show: ["map"] });
const lesson = (/** @type {object} */ change = {}, /** @type {object} */ stepChange = {}) => ({
  unitscope: "lesson",
  version: 1,
  title: "L",
  steps: [{ ...step(), ...stepChange }],
  ...change,
});
const words = (/** @type {unknown} */ value) => {
  try {
    lessonFrom(value, offered);
    return "";
  } catch (problem) {
    assert.ok(problem instanceof RangeError, String(problem));
    assert.match(problem.message, / must be .+\. Got .* instead\.$/s);
    assert.ok(problem.message.length < 600);
    return problem.message;
  }
};

test("the lessons that ship are what a file may have, and come back from text", () => {
  const all = [...FIRST_LESSONS, ...MORE_LESSONS];
  assert.equal(all.length, 6);
  for (const one of all) {
    assert.deepEqual(lessonFromText(JSON.stringify(one), offered), lessonFrom(one, offered));
  }
});

test("the first part that a step shows is what it speaks of", () => {
  const taken = lessonFrom(lesson({}, { show: ["tools", "map", "data"] }), offered);
  assert.equal(taken.steps[0].at, "map");
  assert.equal(taken.steps[0].state, null);
});

test("what is not as it must be is refused in words", () => {
  const bad = {
    "A lesson must be an object": [null, 3, "x", []],
    "fields of A lesson": [lesson({ script: "x" })],
    "given with its title": [{ unitscope: "lesson", version: 1, steps: [step()] }],
    "unitscope of a lesson": [lesson({ unitscope: "page" })],
    "version of a lesson": [lesson({ version: 2 }), lesson({ version: "1" })],
    "steps of a lesson": [
      lesson({ steps: [] }),
      lesson({ steps: "x" }),
      lesson({ steps: Array(21).fill(step()) }),
    ],
    "title of a lesson": [lesson({ title: "" }), lesson({ title: "x".repeat(81) })],
    "title of step 1": [lesson({}, { title: "a\u202eb" }), lesson({}, { title: "a\nb" })],
    "text of step 1": [
      lesson({}, { text: "x" }),
      lesson({}, { text: ["x".repeat(501)] }),
      lesson({}, { text: ["{alert}"] }),
      lesson({}, { text: ["{on 1 0}"] }),
      lesson({}, { text: ["{constructor}"] }),
      lesson({}, { text: ["{points moved}"] }),
      lesson({}, { text: [{ toString: "x" }] }),
    ],
    "show of step 1": [lesson({}, { show: ["body"] }), lesson({}, { show: [] })],
    "at of step 1": [lesson({}, { at: "data" }), lesson({}, { show: ["tools"] })],
    "state of step 1": [
      lesson({}, { state: "onload=1" }),
      lesson({}, { state: 7 }),
      lesson({}, { state: "x".repeat(40001) }),
      lesson({}, { state: "learningRate=1e9" }),
    ],
    "goal of step 1": [
      lesson({}, { goal: { words: "x", reach: {} } }),
      lesson({}, { goal: { words: "x", reach: { rights: { at_least: 1 } } } }),
      lesson({}, { goal: { words: "x", reach: { right: { at_least: "1" } } } }),
      lesson({}, { goal: { words: "x", reach: { right: { at_least: 1, at_most: 2 } } } }),
      lesson({}, { goal: { words: "x", reach: { right: { __proto__: 1 } } } }),
      lesson({}, { goal: { words: "x", reach: { right: { changed: false } } } }),
    ],
    "question of step 1": [lesson({}, { question: { text: "x" } })],
  };
  for (const [part, values] of Object.entries(bad)) {
    for (const value of values) assert.ok(words(value).includes(part), `${part}: ${words(value)}`);
  }
  assert.equal(words(lesson()), "");
});

test("text that is no JSON, or too long, is refused", () => {
  assert.throws(() => lessonFromText("{", offered), /must be JSON/);
  assert.throws(() => lessonFromText(" ".repeat(262145), offered), /at most 262144 characters/);
});

test("measures are those of the page, with their numbers", () => {
  assert.ok(isMeasure("right") && isMeasure("weight 1 0 1") && isMeasure("points moved"));
  for (const name of ["toString", "right 1", "weight 1 0", "weight 1 0 -1", "unit 1 0", ""]) {
    assert.ok(!isMeasure(name), name);
  }
  assert.ok(isMeasure("unit 1 0", true) && !isMeasure("points moved", true));
});
