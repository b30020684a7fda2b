// Which of a run's networks is shown: an epoch, step by step or playing, or weights by hand.
import { test } from "node:test";
import assert from "node:assert/strict";
import { Playback } from "../../src/unitscope/web/page/playback.js";
import { numbersOf } from "../../src/unitscope/web/panels/epoch.js";
import { decodeFloats, encodeFloats } from "../../src/unitscope/web/pure/codec.js";

/** A run of one input and two classes, whose weights of an epoch are all the epoch's number. */
function runOf(length, epochs = Array.from({ length: length + 1 }, (_, k) => k)) {
  const floats = (values) => encodeFloats(Float32Array.from(values));
  const curve = floats(Array.from({ length }, (_, k) => k));
  return {
    features: 1,
    layers: [{ units: 2, activation: "linear", negative_slope: 0.2 }],
    epochs,
    weights: floats(epochs.flatMap((epoch) => [epoch, epoch, epoch, epoch])),
    loss: curve,
    accuracy: curve,
    test_loss: null,
    test_accuracy: null,
    recipe: {},
    course: false,
    stopped: null,
  };
}

/** A playback, and what it says. */
function playing(length, epochs) {
  const said = [], page = { announce: (words) => said.push(words), changed() {} };
  return { playback: new Playback(page, runOf(length, epochs)), said };
}

const shown = (playback) => playback.networkShown().layers[0].bias[0];

test("a run opens at its end; epochs are gone through and kept inside it", () => {
  const { playback, said } = playing(10);
  assert.deepEqual([playback.epoch, shown(playback)], [10, 10]);
  playback.step(5);
  assert.equal(playback.epoch, 10);
  playback.step(-3);
  assert.deepEqual([playback.epoch, shown(playback)], [7, 7]);
  playback.reset();
  assert.deepEqual([playback.epoch, shown(playback)], [0, 0]);
  assert.deepEqual(said, ["Reset to the start"]);
});

test("where not all epochs' weights are kept, those of the last kept before are shown", () => {
  const { playback } = playing(10, [0, 4, 10]);
  for (const [epoch, kept] of [[0, 0], [3, 0], [4, 4], [9, 4], [10, 10]]) {
    playback.showEpoch(epoch);
    assert.equal(shown(playback), kept);
  }
});

test("another run shows its end, or the epoch that was being looked at where it has it", () => {
  const { playback } = playing(10);
  playback.takeRun(runOf(20));
  assert.equal(playback.epoch, 20);
  playback.showEpoch(12);
  playback.takeRun(runOf(30));
  assert.equal(playback.epoch, 12);
  playback.takeRun(runOf(5));
  assert.equal(playback.epoch, 5);
});

test("weights are changed by hand beside the run's, sent, and forgotten with the epoch", () => {
  const { playback } = playing(10), before = playback.version;
  playback.editWeight(0, 0, 1, 2.5); // the weight of the one input to class 1
  playback.editWeight(0, 1, 0, -1); // the bias of class 0
  playback.editWeight(0, 0, 0, NaN);
  assert.deepEqual([...decodeFloats(playback.networkToWire().weights)], [10, 2.5, -1, 10]);
  assert.ok(playback.version > before);
  assert.deepEqual([...playback.run.weights.slice(-4)], [10, 10, 10, 10]);
  playback.showEpoch(10);
  assert.equal(shown(playback), 10);
});

test("playing starts again from the end, goes on by the clock and stops at the end", () => {
  const { playback, said } = playing(100);
  playback.togglePlay();
  assert.deepEqual([playback.playing, playback.epoch], [true, 0]);
  playback.played = 1000; // a whole time, so that no rounding of the clock counts
  playback.playOn(1500);
  assert.equal(playback.epoch, 30);
  playback.playOn(6500);
  assert.deepEqual([playback.playing, playback.epoch], [false, 100]);
  assert.deepEqual(said, ["Playing", "The training's end"]);
});

test("of a network without epochs it is not said that it is untrained", () => {
  const { playback } = playing(0), known = playing(3);
  assert.match(numbersOf({ run: playback.run, playback }), /as it was given/);
  known.playback.showEpoch(0);
  assert.match(numbersOf({ run: known.playback.run, playback: known.playback }), /before any/);
});
