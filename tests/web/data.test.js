// Points of any set as text for a link.
import { test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dataFromText, dataToText } from "../../src/unitscope/web/lessons/data.js";
import { few } from "./points.js";

const { limits } = JSON.parse(readFileSync(new URL("greeting.json", import.meta.url), "utf8"));

test("points come back with their names, test points and scale", async () => {
  const names = ["<b>", "Länge, cm", "c", "d", "e"];
  const data = {
    features: 5,
    points: Float64Array.from({ length: 200 }, (_, i) => Math.fround(Math.sin(i) * 10 ** (i % 7))),
    labels: Uint8Array.from({ length: 40 }, (_, i) => i % 3),
    classNames: ["a", "b", "c", "no point has it"],
    featureNames: names,
    heldOut: Uint8Array.from({ length: 40 }, (_, i) => i % 4 ? 0 : 1),
    sampleOf: 12345,
    fixedScale: true,
  };
  assert.deepEqual(await dataFromText(await dataToText(data), limits), data);
  assert.deepEqual(await dataFromText(await dataToText(few()), limits), few());
});

test("many points that are alike take little room", async () => {
  const n = 2000, data = { ...few(), points: new Float64Array(2 * n), labels: new Uint8Array(n) };
  data.labels[0] = 1;
  assert.ok((await dataToText(data)).length < 400);
});

/** Bytes as the text of a link. @param {Uint8Array<ArrayBuffer>} bytes */
async function packed(bytes) {
  const through = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const all = new Uint8Array(await new Response(through).arrayBuffer());
  return btoa(String.fromCharCode(...all)).replace(/\+/g, "-").replace(/\//g, "_");
}

/** @param {object} head @param {number[]} body */
function bytesOf(head, body) {
  const text = new TextEncoder().encode(JSON.stringify(head));
  const bytes = new Uint8Array(4 + text.length + body.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  bytes.set(body, 4 + text.length);
  return bytes;
}

test("a hostile link is refused in words, and takes no more than a message", async () => {
  const head = { features: 1, classes: ["a", "b"], names: ["x"], held: false };
  const body = [0, 1, 0, 0, 0, 0, 0, 0, 0, 0]; // two points at 0
  assert.equal((await dataFromText(await packed(bytesOf(head, body)), limits)).labels.length, 2);
  const bad = [
    [{ ...head, features: 0 }, body],
    [{ ...head, features: limits.features + 1 }, body],
    [{ ...head, features: "1" }, body],
    [{ ...head, classes: ["a"] }, body],
    [{ ...head, classes: ["a", "a"] }, body],
    [{ ...head, classes: ["a", "x".repeat(201)] }, body],
    [{ ...head, classes: Array.from({ length: limits.classes + 1 }, (_, k) => `c${k}`) }, body],
    [{ ...head, names: [] }, body],
    [{ ...head, names: [{ toString: 1 }] }, body],
    [head, body.slice(1)],
    [head, [0, 2, ...body.slice(2)]], // a third class
    [head, [0, 129, ...body.slice(2)]], // a test point where there are none
    [{ ...head, held: true }, [128, 129, ...body.slice(2)]], // nothing to train on
    [head, [0, 1, 127, 0, 128, 0, 0, 0, 0, 0]], // infinite
    [head, body.slice(0, 5)], // one point
    [null, body],
  ];
  for (const [one, rest] of bad) {
    const text = await packed(bytesOf(/** @type {object} */ (one), /** @type {number[]} */ (rest)));
    await assert.rejects(dataFromText(text, limits), /^RangeError: data must be those of a link/);
  }
  for (const text of ["", "x", "%", "AAAA", "<script>"]) {
    await assert.rejects(dataFromText(text, limits), /^RangeError: data must be/);
  }
  const bomb = await packed(new Uint8Array(limits.message + 1));
  await assert.rejects(dataFromText(bomb, limits), /must be at most \d+ bytes/);
});
