// @ts-check
/** The story: what a network does, in a few sentences of which each builds on the last. Pure. */

import { classesApart, closeCall, oneClass } from "./ending.js";
import { Measured } from "./measures.js";
import { layersInShort, layersTold, linesTold } from "./middle.js";
import { wordsIn } from "./numbers.js";
import { causeTold, outcomeTold, sameAnswer } from "./outcome.js";
import { MUST, Telling, THREAD } from "./telling.js";

/** @import { ClaimScene } from "../pure/scene.d.ts" */
/** @import { Subject } from "./measures.js" */
/** @import { Worded } from "./telling.js" */

const MOST_SENTENCES = 9, LEAST_SENTENCES = 4;
const MOST_WORDS = 160;

/**
 * The brief story, as Python's `us.explain(run, length="brief", advice=False)` tells it; none of a
 * network with outputs beyond 1e308, or without a point.
 * @param {Subject} subject
 * @returns {ClaimScene[]}
 */
export function storyTold(subject) {
  if (!subject.labels.length) return [];
  const at = new Measured(subject), t = new Telling(at, subject);
  if (!at.logits.every(Number.isFinite)) return [];
  let why = causeTold(t), /** @type {Worded[]} */ how = [];
  if (at.occupied.length === 1) why = [oneClass(t), ...why.filter(({ rank }) => rank === MUST)];
  else if (at.hidden && !at.varying(at.hidden - 1)) how = [...layersInShort(t), ...sameAnswer(t)];
  else how = [...(at.hidden ? layersTold(t) : linesTold(t)), ...classesApart(t), ...closeCall(t)];
  return fittingTold([...outcomeTold(t), ...why, ...how]).map(({ text, about, classes }) => ({
    topic: "",
    text,
    about: about.map((one) =>
      "point" in one && subject.rows ? { point: subject.rows[one.point] } : one
    ),
    ...(classes.length && { classes }),
  }));
}

/** At most so many sentences and words: the best to spare are left out, and none said twice.
 * @param {Worded[]} told */
function fittingTold(told) {
  let kept = told;
  const spared = told.map((one, i) => ({ one, i })).sort((a, b) =>
    b.one.rank - a.one.rank || b.i - a.i
  );
  for (const { one } of spared) {
    const words = kept.reduce((sum, { text }) => sum + wordsIn(text).length, 0);
    const wordy = words > MOST_WORDS && kept.length > LEAST_SENTENCES && one.rank > THREAD;
    if (one.rank > MUST && (kept.length > MOST_SENTENCES || wordy)) {
      kept = kept.filter((other) => other !== one);
    }
  }
  const texts = kept.map(({ text }) => text);
  return kept.filter(({ text }, i) => texts.indexOf(text) === i);
}
