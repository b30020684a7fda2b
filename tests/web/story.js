// @ts-check
/** Tells the stories of the networks in a file, and prints its numbers: for test_story_js.py. */

import { printedNumber } from "../../src/unitscope/web/story/numbers.js";
import { storyTold } from "../../src/unitscope/web/story/story.js";

/** @import { Layer } from "../../src/unitscope/web/pure/network.js" */
/** @import { Subject, TrainingTold } from "../../src/unitscope/web/story/measures.js" */

/** `first`: the first layer after each epoch.
 * @typedef {Omit<Subject, "run"> & {run: (TrainingTold & {first: Layer[]}) | null}} Case */
/** @type {{cases: Case[], numbers: [number, number][]}} */
const { cases, numbers } = JSON.parse(Deno.readTextFileSync(Deno.args[0]));

const stories = cases.map(({ run, ...given }) => {
  const at = (/** @type {number} */ epoch) => ({
    features: given.network.features,
    layers: run ? [run.first[epoch]] : [],
  });
  return storyTold({ ...given, run: run && { ...run, at } }).map(
    ({ text, classes = [] }) => [text, classes],
  );
});
console.log(JSON.stringify({
  stories,
  numbers: numbers.map(([value, digits]) => printedNumber(value, digits)),
}));
