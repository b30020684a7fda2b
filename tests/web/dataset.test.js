// The data of the page: over the wire, and edited.
import { test } from "node:test";
import assert from "node:assert/strict";
import { Dataset } from "../../src/unitscope/web/page/dataset.js";
import { Seeds } from "../../src/unitscope/web/page/seeds.js";
import { Selection } from "../../src/unitscope/web/page/selection.js";
import {
  countWords,
  dataFromWire,
  dataToWire,
  heldOutOf,
  pointName,
  rightOf,
} from "../../src/unitscope/web/pure/data.js";
import { few } from "./points.js";

test("data goes over the wire and back", () => {
  const data = { ...few(), heldOut: Uint8Array.of(0, 0, 1) };
  assert.deepEqual(dataFromWire(dataToWire(data)), data);
});

test("the test points of a share are that many, and the same again", () => {
  const held = heldOutOf(100, 0.3, 1);
  assert.equal(held.reduce((sum, one) => sum + one, 0), 30);
  assert.deepEqual(heldOutOf(100, 0.3, 1), held);
  assert.equal(heldOutOf(100, 0, 1), null);
});

test("training and test points are counted and numbered by themselves", () => {
  const data = { ...few(), labels: Uint8Array.of(0, 1, 0), heldOut: Uint8Array.of(0, 1, 0) };
  assert.deepEqual(rightOf(data, [0, 0, 1], false), [1, 2]);
  assert.deepEqual(rightOf(data, [0, 0, 1], true), [0, 1]);
  assert.deepEqual(rightOf({ ...data, heldOut: null }, [0, 0, 1], false), [1, 3]);
  const names = [0, 1, 2].map((point) => pointName(data, point));
  assert.deepEqual(names, ["Point 0", "Test point 0", "Point 1"]);
  assert.equal(pointName({ heldOut: null }, 2), "Point 2");
});

/** The data of a page that only counts how often it is trained. */
function dataset() {
  const refusals = [],
    page = {
      hello: { limits: { points: 10, classes: 3 } },
      view: null,
      trained: 0,
      train: () => page.trained++,
      changed() {},
      changedSoon() {},
      announce() {},
      announcePoint() {},
      refused: (message) => refusals.push(message),
      get data() {
        return made.data;
      },
    };
  page.selection = new Selection(page);
  page.seeds = new Seeds(page);
  const made = new Dataset(page, few());
  made.window = [[-1, 6], [-1, 6]];
  return { made, page, refusals };
}

test("points are added, erased, relabelled and dragged, and all is undone and done again", () => {
  const { made, page } = dataset(), before = few();
  made.addPoint(0.5, 0.25);
  assert.deepEqual([...made.data.points.slice(6)], [0.5, 0.25]);
  made.erasePoint(0);
  assert.deepEqual([...made.data.labels], [1, 1, 0]);
  made.relabelPoint(2, 1);
  made.beginDrag();
  made.dragPoint(0, 9, 8);
  made.endDrag();
  assert.deepEqual([...made.data.points.slice(0, 2)], [9, 8]);
  const after = made.data;
  for (let i = 0; i < 4; i++) made.undo();
  assert.deepEqual(made.data, before);
  assert.equal(made.canUndo(), false);
  for (let i = 0; i < 4; i++) made.redo();
  assert.deepEqual(made.data.points, after.points);
  assert.deepEqual(made.data.labels, after.labels);
  assert.equal(page.trained, 13); // a drag is two: while it is moved, and at its end
  assert.ok(page.seeds.stale);
});

test("a sample is one until a point of it is changed, and again when that is undone", () => {
  const edits = {
    add: (made) => made.addPoint(0.5, 0.25),
    erase: (made) => made.erasePoint(0),
    relabel: (made) => made.relabelPoint(2, 0),
    drag: (made) => (made.beginDrag(), made.dragPoint(0, 9, 8), made.endDrag()),
    stroke: (made) => (made.strokePoint(1, 1), made.endDrag()),
    class: (made) => made.changeClasses(-1),
  };
  for (const [name, edit] of Object.entries(edits)) {
    const { made } = dataset(),
      drawn = { ...few(), labels: Uint8Array.of(0, 0, 1), classNames: ["a", "b", "c"] };
    made.takeData({ ...drawn, sampleOf: 330_000 });
    assert.equal(countWords(made.data), "3 of 330,000 points, drawn with seed 0, are shown");
    assert.equal(dataToWire(made.data).sample_of, 330_000);
    edit(made);
    const words = `${made.data.labels.length} points, changed by hand, from a sample of 330,000`;
    assert.equal(countWords(made.data), words, name);
    assert.equal(dataToWire(made.data).sample_of, undefined, name);
    made.undo();
    assert.equal(dataToWire(made.data).sample_of, 330_000, name);
  }
});

test("a class comes with points inside the window and goes with them; limits are told", () => {
  const { made, page, refusals } = dataset();
  page.hello.limits.points = 100;
  made.changeClasses(1);
  assert.deepEqual(made.data.classNames, ["a", "b", "c2"]);
  const own = [...made.data.labels.keys()].filter((i) => made.data.labels[i] === 2);
  assert.equal(own.length, 12);
  for (const i of own) {
    assert.ok(
      made.data.points[2 * i] > -1 && made.data.points[2 * i] < 6 &&
        made.data.points[2 * i + 1] > -1 && made.data.points[2 * i + 1] < 6,
    );
  }
  made.changeClasses(1);
  made.changeClasses(-1);
  assert.deepEqual(made.data, few());
  made.changeClasses(-1);
  assert.match(
    refusals.join(" "),
    /classes must be 2 to 3\. Got 4 instead\. classes must be 2 to 3\. Got 1 instead\./,
  );
});
