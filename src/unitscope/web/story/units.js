// @ts-check
/** One hidden unit of the story: which classes are on either side of its line. Pure. */

import { compareLists } from "./measures.js";
import { printedNumber, withCommas } from "./numbers.js";
import { countInWords, FEW_NAMES, joined, movingMost, sayWords, THREAD } from "./telling.js";

/** @import { Telling, Worded } from "./telling.js" */

const MOST_MOVING = 3; // inputs that are named
const MANY = 2 * FEW_NAMES; // classes
const RISING = ["relu", "tanh", "sigmoid", "elu", "softplus", "linear"]; // with their sum
const WITH_TWINS = ["relu", "leaky_relu", "abs", "linear"];

/** @typedef {"left" | "right" | "below" | "above"} SideName */
/**
 * Which classes a unit has on either side, and the points that are on the other.
 * @typedef {object} Sides
 * @property {number[]} off
 * @property {number[]} on
 * @property {number[]} cut
 * @property {number[]} counts on, of each class
 * @property {[number, number][]} straysOff points that are on, of classes that are mostly off
 * @property {[number, number][]} straysOn
 */
/** @typedef {{near: SideName, far: SideName, what: "line" | "threshold", name: string}} UnitLine */

/** A unit of the only hidden layer. @param {Telling} t @param {number} unit @returns {Worded} */
export function unitTold(t, unit) {
  const { at } = t, relu = t.isRelu(0);
  const told = (/** @type {string} */ words) => t.told(THREAD, words, [{ unit: [0, unit] }]);
  if (!at.onAt(0, unit)) return told(t.say(relu ? "adds_nothing" : "never_positive", { unit }));
  const twin = at.parallel(unit);
  if (twin >= 0 && WITH_TWINS.includes(at.first.activation)) {
    return told(sayWords("twin", { unit, other: twin }));
  }
  if (at.d > 2) return told(unitByFeatures(t, unit, relu));
  const line = lineOf(t, unit);
  if (!line) return told(unitByCounts(t, unit, who(unit, relu), relu));
  return told((relu ? reluTold : otherTold)(t, unit, sidesOf(t, unit), line));
}

/** @param {Telling} t @param {number} unit @returns {Sides} */
function sidesOf({ at, occupied }, unit) {
  const role = at.role(0, unit), counts = at.onOf(0, unit);
  const [off, on, cut] = [-1, 1, 0].map((side) => occupied.filter((k) => role[k] === side));
  /** @type {(labels: number[], count: (k: number) => number) => [number, number][]} */
  const strays = (labels, count) => labels.filter(count).map((k) => [k, count(k)]);
  return {
    off,
    on,
    cut,
    counts,
    straysOff: strays(off, (k) => counts[k]),
    straysOn: strays(on, (k) => at.sizes[k] - counts[k]),
  };
}

/** With one or two inputs, where a unit's line is. @param {Telling} t @param {number} unit
 * @returns {UnitLine | null} */
function lineOf(t, unit) {
  const { first, d } = t.at;
  if (d === 1) {
    const weight = first.weights[unit];
    if (!weight) return null;
    const place = printedNumber(-first.bias[unit] / weight);
    const name = sayWords("its_threshold", { feature: t.input(0), place });
    const up = weight > 0;
    return { near: up ? "below" : "above", far: up ? "above" : "below", what: "threshold", name };
  }
  const [axis, sign] = t.at.leaning(unit);
  if (!sign) return null;
  /** @type {[SideName, SideName]} */
  const [low, high] = axis === 0 ? ["left", "right"] : ["below", "above"];
  const name = sayWords("its_line");
  return { near: sign > 0 ? low : high, far: sign > 0 ? high : low, what: "line", name };
}

/** Where a unit is 0, and where it grows.
 * @param {Telling} t @param {number} unit @param {Sides} sides @param {UnitLine} line */
function reluTold(t, unit, sides, { near, far, what, name }) {
  const { off, on, cut, straysOff, straysOn } = sides, line = sayWords(what);
  if (!cut.length && !off.length) {
    if (!straysOn.length) return t.say("above_zero", { unit, line });
    return t.say("above_zero_but", { unit, some: t.some(straysOn) });
  }
  if (!cut.length && !on.length) return t.say("zero_but", { unit, some: t.some(straysOff) });
  if (!off.length && !on.length) {
    return sayWords("cuts_through", { line, unit, cut: cutTold(t, sides, far) });
  }
  let words = sayWords("zero_and_grows", {
    unit,
    near: sayWords(`of_${near}`),
    line: name,
    far: sayWords(`to_${far}`),
    off: inBrackets(t, off),
    on: inBrackets(t, on),
  });
  const strays = [...straysOff, ...straysOn].sort(compareLists);
  if (strays.length) words += sayWords("except", { some: t.some(strays) });
  if (cut.length) words += sayWords("and_cuts", { line, cut: cutTold(t, sides, far) });
  return words;
}

/** Which classes are on either side of a unit that has no off and on.
 * @param {Telling} t @param {number} unit @param {Sides} sides @param {UnitLine} line */
function otherTold(t, unit, sides, { near, far, what, name }) {
  const { off, on, cut, straysOff, straysOn } = sides;
  let line = sayWords(`the_${what}`, { unit, place: name });
  if (!cut.length && !(off.length && on.length)) {
    const strays = on.length ? straysOn : straysOff;
    const but = strays.length ? sayWords("but", { some: t.some(strays) }) : "";
    const side = sayWords(`of_${on.length ? far : near}`);
    return t.say(t.at.n > 1 ? "all_lie" : "all_lie_one", { but, side, line });
  }
  if (what === "threshold") line += ",";
  if (!off.length && !on.length) {
    return sayWords("line_cuts_through", { line, cut: cutTold(t, sides, far) });
  }
  const part = (
    /** @type {number[]} */ labels,
    /** @type {[number, number][]} */ strays,
    /** @type {SideName} */ side,
  ) => {
    const but = strays.length ? sayWords("but_for", { some: t.some(strays) }) : "";
    return sayWords("side", { names: namesOrCount(t, labels), side: sayWords(`at_${side}`), but });
  };
  const parts = [];
  if (off.length) parts.push(part(off, straysOff, near));
  if (on.length) parts.push(part(on, straysOn, far));
  const words = sayWords("line_has", { line, sides: joined(parts) });
  return words + (cut.length ? sayWords("it_cuts", { cut: cutTold(t, sides, far) }) : "");
}

/** @param {Telling} t @param {number[]} labels */
function inBrackets(t, labels) {
  if (!labels.length) return "";
  const names = areMany(t, labels)
    ? namesOrCount(t, labels)
    : labels.map((k) => t.name(k)).join(", ");
  return sayWords("in_brackets", { names });
}

/** @param {Telling} t @param {number[]} labels */
function namesOrCount(t, labels) {
  if (!areMany(t, labels)) return t.names(labels);
  return sayWords("many_classes", { count: countInWords(labels.length) });
}

/** Whether some of so many classes that their names would be a list.
 * @param {Telling} t @param {number[]} labels */
function areMany(t, labels) {
  return labels.length > 1 && t.occupied.length >= MANY;
}

/** @param {Telling} t @param {Sides} sides @param {SideName} far */
function cutTold(t, { cut, counts }, far) {
  if (areMany(t, cut)) return namesOrCount(t, cut);
  return joined(cut.map((k, i) =>
    t.say(i ? "cut_class_too" : "cut_class", {
      count: withCommas(counts[k]),
      size: withCommas(t.at.sizes[k]),
      name: t.name(k),
      far: sayWords(`at_${far}`),
    })
  ));
}

/** Unit 3, or the sum that it takes. @param {number} unit @param {boolean} relu */
function who(unit, relu) {
  return relu ? sayWords("unit", { numbers: unit }) : sayWords("the_sum", { unit });
}

/** With many inputs: which of them move a unit, and for which classes it is on.
 * @param {Telling} t @param {number} unit @param {boolean} relu */
function unitByFeatures(t, unit, relu) {
  const { at } = t, moving = at.movedBy(0, unit, MOST_MOVING);
  if (!moving.length) return unitByCounts(t, unit, who(unit, relu), relu);
  const subject = who(unit, RISING.includes(at.first.activation));
  let moved = sayWords("moved", { who: subject, moved: t.moved(moving) });
  if (moving.length < at.moving()) moved += movingMost(moving);
  return sayWords("moved_so", { moved, counts: unitByCounts(t, unit, sayWords("it"), relu) });
}

/** For which classes it is on, without saying where that is.
 * @param {Telling} t @param {number} unit @param {string} subject @param {boolean} relu */
function unitByCounts(t, unit, subject, relu) {
  const { at, occupied } = t, on = at.onOf(0, unit), all = at.onAt(0, unit);
  const slots = { who: subject, state: sayWords(relu ? "is_on" : "is_positive") };
  if (all === at.n) return t.say("at_every", slots);
  if (occupied.length <= FEW_NAMES) {
    return sayWords("for_shares", { ...slots, shares: t.shares(on) });
  }
  const role = at.role(0, unit), mostly = occupied.filter((k) => role[k] > 0);
  if (mostly.length && mostly.length <= FEW_NAMES) {
    return t.say("for_most", { ...slots, names: t.names(mostly) });
  }
  return t.say("at_some", { ...slots, count: withCommas(all), n: withCommas(at.n) });
}
