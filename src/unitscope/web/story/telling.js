// @ts-check
/** Words that the story's sentences share, and what knows the names. Pure. */

import { markedName, nameShown, sentenceOf, withCommas } from "./numbers.js";
import { upTo } from "./measures.js";
import { SENTENCES } from "./sentences.js";

/** @import { AboutClass, AboutPoint, AboutUnit } from "../pure/scene.d.ts" */
/** @import { Measured, Subject } from "./measures.js" */

/** @typedef {keyof typeof SENTENCES} SentenceKey */
/** @typedef {AboutClass | AboutPoint | AboutUnit} About */
/**
 * A sentence, and how well it can be spared.
 * @typedef {{rank: number, text: string, classes: number[][], about: About[]}} Worded
 */

// How well a sentence can be spared where there are too many.
export const MUST = 0, THREAD = 1, HELPS = 2, SPARE = 3;
export const FEW_NAMES = 6; // at most so many classes or inputs are listed
const NUMBER_WORDS = SENTENCES.numbers.split(" ");
const SCALED = " (standardized)";
const IN_A_ROW = /^pixel_(\d+)_(\d+)(?: \(standardized\))?$/;
const COUNTED = /^pixel_?(\d+)(?: \(standardized\))?$/;
const FEWEST_PIXELS = 9;

/** A sentence of the table, its slots filled. @param {SentenceKey} key
 * @param {Record<string, string | number>} [slots] @returns {string} */
export function sayWords(key, slots = {}) {
  return SENTENCES[key].replace(/\{(\w+)\}/g, (_, slot) => String(slots[slot]));
}

/** "a, b and c". @param {string[]} parts */
export function joined(parts) {
  if (parts.length === 1) return parts[0];
  return sayWords("and", {
    first: parts.slice(0, -1).join(", "),
    last: parts[parts.length - 1],
  });
}

/** Two; from 11 on, 11. @param {number} count */
export function countInWords(count) {
  return NUMBER_WORDS[count] ?? withCommas(count);
}

/** In words only where the largest count of a list is, too.
 * @param {number} count @param {number} most */
export function countsAlike(count, most) {
  return most < NUMBER_WORDS.length ? countInWords(count) : withCommas(count);
}

/** That these move it most. @param {unknown[]} moving */
export function movingMost(moving) {
  return sayWords(moving.length > 1 ? "which_move" : "which_moves");
}

/** Unit 3, or units 1, 4 and 7. @param {number[]} numbers */
export function unitsNamed(numbers) {
  return sayWords(numbers.length === 1 ? "unit" : "units", {
    numbers: joined(numbers.map(String)),
  });
}

/** Rows and columns of the pictures that points are, by the names of their features.
 * @param {string[]} names @returns {{rows: number, columns: number} | null} */
function pictureOf(names) {
  if (names.length < FEWEST_PIXELS) return null;
  const placed = names.map((name) => name.match(IN_A_ROW));
  if (placed.every(Boolean)) {
    const places = placed.map((found) => [Number(found?.[1]), Number(found?.[2])]);
    const rows = 1 + places.reduce((most, [row]) => Math.max(most, row), 0);
    const columns = 1 + places.reduce((most, [, column]) => Math.max(most, column), 0);
    const inOrder = places.every(([row, column], i) =>
      row === Math.floor(i / columns) && column === i % columns
    );
    return inOrder && places.length === rows * columns ? { rows, columns } : null;
  }
  const side = Math.sqrt(names.length), counted = names.map((name) => name.match(COUNTED)?.[1]);
  if (!Number.isInteger(side) || counted.includes(undefined)) return null;
  const start = Number(counted[0]);
  const follow = counted.every((number, i) => Number(number) === start + i);
  return start < 2 && follow ? { rows: side, columns: side } : null;
}

/** Knows what classes, features and points are called, and makes sentences. */
export class Telling {
  /** @param {Measured} at @param {Subject} subject */
  constructor(at, { classNames, featureNames }) {
    this.at = at;
    this.classNames = upTo(at.k).map((k) => classNames[k] ?? `c${k}`);
    this.featureNames = featureNames;
    this.occupied = at.occupied;
    this.picture = pictureOf(featureNames);
    this.thing = sayWords(this.picture ? "picture" : "point");
    /** @type {Map<string, number>} */
    this.classes = new Map(classNames.map((name, k) => [nameShown(name), k]));
  }

  /** @param {number} rank @param {string} words @param {About[]} [about] @returns {Worded} */
  told(rank, words, about = []) {
    return { rank, ...sentenceOf(words, this.classes), about };
  }

  /** A sentence in which a thing is what a point is.
   * @param {SentenceKey} key @param {Record<string, string | number>} [slots] */
  say(key, slots = {}) {
    return sayWords(key, { thing: this.thing, ...slots });
  }

  /** @param {number} label */
  name(label) {
    return markedName(this.classNames[label]);
  }

  /** @param {number[]} labels */
  names(labels) {
    return joined(labels.map((label) => this.name(label)));
  }

  /** @param {number} number */
  input(number) {
    return markedName(this.featureNames[number]);
  }

  /** 1 point, 2,000 points. @param {number} count */
  things(count) {
    return this.say(count === 1 ? "one_thing" : "things", { count: withCommas(count) });
  }

  /** All 100 points, or 77 of 100 points. @param {number} count */
  ofAll(count) {
    const { n } = this.at;
    if (count < n) return sayWords("part_of", { count: withCommas(count), things: this.things(n) });
    return count > 1 ? sayWords("all_of", { things: this.things(count) }) : this.say("the_one");
  }

  /** 23 of the 25 points of c1; where points were mentioned before, 23 of 25 of c1.
   * @param {number} count @param {number} label @param {boolean} [first] */
  shareOf(count, label, first = true) {
    const all = this.at.sizes[label], name = this.name(label);
    if (!count) return sayWords("none_of_class", { name });
    if (all === 1) return this.say("only_of_class", { name });
    const slots = { count: withCommas(count), size: withCommas(all), name };
    const again = !first && !beginsWithDigit(this.classNames[label]);
    if (count === all) return this.say(again ? "all_of_class_again" : "all_of_class", slots);
    return this.say(again ? "part_of_class_again" : "part_of_class", slots);
  }

  /** Of the classes that have any, most first, then the others. @param {number[]} counts */
  shares(counts) {
    const { sizes } = this.at;
    const labels = [...this.occupied].sort((i, j) => counts[j] / sizes[j] - counts[i] / sizes[i]);
    return joined(labels.map((label, i) => this.shareOf(counts[label], label, !i)));
  }

  /** 2 points of c1 and 3 of c2, from [class, count]. @param {[number, number][]} found */
  some(found) {
    return joined(found.map(([label, count], i) => {
      const name = this.name(label);
      if (this.at.sizes[label] === 1) return this.say("only_of_class", { name });
      if (i) return sayWords("more_of_class", { count: withCommas(count), name });
      return sayWords("some_of_class", { things: this.things(count), name });
    }));
  }

  /** Of which layer units are, where there are several. @param {number} layer */
  inLayer(layer) {
    return this.at.hidden > 1 ? sayWords("in_layer", { layer: layer + 1 }) : "";
  }

  /** Grows with x0 and x2 and falls with x1. @param {[number, number][]} found */
  moved(found) {
    const named = (/** @type {number} */ wanted) =>
      found.filter(([, sign]) => sign > 0 === wanted > 0).map(([i]) => {
        const name = this.featureNames[i];
        return markedName(name.endsWith(SCALED) ? name.slice(0, -SCALED.length) : name);
      });
    const up = named(1), down = named(-1), parts = [];
    if (up.length) parts.push(sayWords("grows_with", { features: joined(up) }));
    if (down.length) parts.push(sayWords("falls_with", { features: joined(down) }));
    return joined(parts);
  }

  /** What a unit is where its sum is positive. @param {number} layer */
  isRelu(layer) {
    return this.at.network.layers[layer].activation === "relu";
  }
}

/** @param {string} text */
export function beginsWithDigit(text) {
  return /^[\p{Nd}\xb2\xb3\xb9\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468]/u.test(text);
}
