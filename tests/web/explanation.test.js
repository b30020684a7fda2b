// @ts-check
/** When the page tells the story by itself, and when it asks for words. */

import { Explanation } from "../../src/unitscope/web/page/explanation.js";
import { dataFromWire } from "../../src/unitscope/web/pure/data.js";
import { Playback } from "../../src/unitscope/web/page/playback.js";
import { encodeBytes, encodeFloats } from "../../src/unitscope/web/pure/codec.js";

/** @param {unknown} found @param {unknown} wanted */
function assertSame(found, wanted) {
  const [one, other] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (one !== other) throw new Error(`${one} is not ${other}`);
}

const WIRE = {
  features: 1,
  points: encodeFloats([0, 1, 2, 3]),
  labels: encodeBytes(Uint8Array.of(0, 0, 1, 1)),
  class_names: ["low", "high"],
  feature_names: ["x"],
  held_out: null,
};
/** One line: before training it answers "low" everywhere. */
const RUN = {
  features: 1,
  layers: [{ units: 2, activation: /** @type {const} */ ("linear"), negative_slope: 0.2 }],
  epochs: [0, 1],
  weights: encodeFloats([0, 0, 1, 0, -2, 2, 3, -3]),
  loss: encodeFloats([0.5]),
  accuracy: encodeFloats([1]),
  test_loss: null,
  test_accuracy: null,
  recipe: { epochs: 1 },
  course: false,
  stopped: null,
};
const FACT = { topic: "Softmax and loss", text: "A fact.", about: [] };

/** @param {object} host @param {{dragging?: boolean, alone?: boolean, sampleOf?: number}} how */
function pageWith(host, { dragging = false, alone = false, sampleOf } = {}) {
  const asked = /** @type {{take: (answer: object) => void}[]} */ ([]);
  const page = /** @type {any} */ ({
    host: { tellsHere: true, ...host },
    data: { ...dataFromWire(WIRE), sampleOf },
    dataset: { dragging, version: 0, windowToWire: () => null },
    requests: {
      busy: () => false,
      ask: (/** @type {string} */ _, /** @type {any} */ how) => asked.push(how),
    },
    alone,
    announce: () => {},
    changed: () => {},
  });
  page.playback = new Playback(page, RUN);
  const explanation = new Explanation(page);
  const said = () => explanation.claims.map(({ text }) => text);
  return { page, explanation, asked, said };
}

Deno.test("while a point is dragged the story is told at once, and nobody is asked", () => {
  const { page, explanation, asked, said } = pageWith({}, { dragging: true });
  explanation.follow(0);
  assertSame(said()[0], "All 4 points are right.");
  page.playback.epoch = 0;
  explanation.follow(1e6);
  assertSame(
    said()[0],
    "2 of 4 points are right: every point gets the same answer, low, " +
      "the largest class.",
  );
  assertSame([asked.length, explanation.stale], [0, false]);
});

Deno.test("a story that took long is told again after a while, not never", () => {
  const { page, explanation, said } = pageWith({}, { dragging: true });
  explanation.follow(0);
  [explanation.took, page.playback.epoch] = [100, 0];
  explanation.follow(900);
  assertSame([said()[0], explanation.stale], ["All 4 points are right.", true]);
  explanation.follow(1100);
  assertSame([said()[0].slice(0, 23), explanation.stale], ["2 of 4 points are right", false]);
});

Deno.test("at rest the parts below the story are asked for, and the story stays", () => {
  const { explanation, asked, said } = pageWith({});
  explanation.follow(0);
  const story = said();
  assertSame([asked.length, explanation.behind], [1, true]);
  asked[0].take({ claims: [{ topic: "", text: "Python's.", about: [] }, FACT] });
  assertSame([said(), explanation.behind], [[...story, FACT.text], false]);
  explanation.refused("No words.");
  assertSame(said(), [...story, "No words."]);
});

Deno.test("a file has its own sentences, and tells the story of other epochs", () => {
  const claimsAt = (/** @type {number | null} */ epoch) => epoch === 1 ? [FACT] : null;
  const { page, explanation, asked, said } = pageWith({ claimsAt }, { alone: true });
  explanation.follow(0);
  assertSame(said(), [FACT.text]);
  page.playback.epoch = 0;
  explanation.follow(1);
  assertSame(said()[0].slice(0, 23), "2 of 4 points are right");
  page.playback.edited = Float32Array.of(-1, 1, 1.5, -1.5);
  page.playback.version++;
  explanation.follow(2);
  assertSame([said()[0], asked.length], ["All 4 points are right.", 0]);
});

Deno.test("of a sample Python tells, which says so", () => {
  const { explanation, asked, said } = pageWith({}, { sampleOf: 20_000 });
  explanation.follow(0);
  assertSame([said(), asked.length], [[], 1]);
});
