// @ts-check
/** A lesson's file, checked: nothing of it is taken that is not as docs/lessons.md has it. Pure. */

import { stateFromHash } from "../page/state.js";
import { isMeasure } from "./measures.js";

/** @import { Offered } from "../page/state.js" */

/** The parts of the page that a step can show. */
export const PARTS = /** @type {const} */ ([
  "data",
  "settings",
  "network",
  "play",
  "map",
  "tools",
  "views",
  "words",
  "point",
  "hidden",
  "confusion",
  "facts",
  "starts",
]);
const BESIDE = ["tools", "views"]; // of the map: they cannot be spoken of alone
const LONGEST_FILE = 262144; // characters
const STEPS_MOST = 20;
const RULES = ["at_least", "at_most", "equals", "not", "changed"];
const CONTROLS = "\\p{Cc}\\u202a-\\u202e\\u2066-\\u2069"; // nothing that is not seen

/** @typedef {(typeof PARTS)[number]} Part */
/** @typedef {"at_least" | "at_most" | "equals" | "not" | "changed"} Rule */
/** What a measure must be: a rule and its value.
 * @typedef {[Rule, number | string | boolean]} Want */
/** @typedef {{words: string, reach: [string, Want][]}} Goal */
/**
 * `state`: what follows the # of a link, null: the page stays as it is; `at`: what is spoken of.
 * @typedef {object} LessonStep
 * @property {string} title
 * @property {string[]} text
 * @property {string | null} state
 * @property {Part[]} show
 * @property {Part} at
 * @property {Goal | null} goal
 * @property {{text: string, answer: string} | null} question
 */
/** @typedef {{title: string, about: string, steps: LessonStep[]}} Lesson */

/**
 * The lesson that a file's text holds.
 * @param {string} text @param {Offered} offered
 * @returns {Lesson} throws a RangeError that says what is not as it must be
 */
export function lessonFromText(text, offered) {
  must(text.length <= LONGEST_FILE, "A lesson", `at most ${LONGEST_FILE} characters`, text.length);
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw refusal("A lesson", "JSON, as docs/lessons.md describes it", "text that is none");
  }
  return lessonFrom(value, offered);
}

/** @param {unknown} value @param {Offered} offered @returns {Lesson} */
export function lessonFrom(value, offered) {
  const names = ["unitscope", "version", "title", "steps"];
  const { unitscope, version, title, about = "", steps } = fieldsOf(value, "A lesson", names, [
    "about",
  ]);
  must(unitscope === "lesson", "unitscope of a lesson", '"lesson"', unitscope);
  must(version === 1, "version of a lesson", "1", version);
  const all = listOf(steps, "steps of a lesson", 1, STEPS_MOST);
  return {
    title: oneLineOf(title, "title of a lesson", 80),
    about: about === "" ? "" : oneLineOf(about, "about of a lesson", 200),
    steps: all.map((step, k) => stepFrom(step, `step ${k + 1}`, offered)),
  };
}

/** @param {unknown} value @param {string} where @param {Offered} offered @returns {LessonStep} */
function stepFrom(value, where, offered) {
  const given = fieldsOf(value, where, ["title", "text", "show"], [
    "state",
    "at",
    "goal",
    "question",
  ]);
  const show = listOf(given.show, `show of ${where}`, 1, PARTS.length).map((part) => {
    const known = PARTS.find((name) => name === part);
    if (known === undefined) throw refusal(`show of ${where}`, `some of ${PARTS.join(", ")}`, part);
    return known;
  });
  const at = given.at === undefined
    ? show.find((part) => !BESIDE.includes(part))
    : show.find((part) => part === given.at && !BESIDE.includes(part));
  if (at === undefined) {
    throw refusal(`at of ${where}`, `a part that it shows, not ${BESIDE.join(" or ")}`, given.at);
  }
  return {
    title: oneLineOf(given.title, `title of ${where}`, 80),
    text: listOf(given.text, `text of ${where}`, 1, 4).map((one) =>
      saidOf(one, `text of ${where}`, 500)
    ),
    state: given.state === undefined ? null : setupOfStep(given.state, where, offered),
    show,
    at,
    goal: given.goal === undefined ? null : goalFrom(given.goal, where),
    question: given.question === undefined ? null : questionFrom(given.question, where),
  };
}

/** What follows the # of a link from the page. @param {unknown} value @param {string} where
 * @param {Offered} offered */
function setupOfStep(value, where, offered) {
  const name = `state of ${where}`, rule = "what follows the # of a link from the page";
  if (typeof value !== "string" || value.length > 40000) throw refusal(name, rule, value);
  const { notices, unknown } = stateFromHash(value, offered);
  if (notices.length) throw new RangeError(`In the ${name}, ${notices[0]}`);
  if (unknown.some((one) => one !== "data")) throw refusal(name, rule, unknown[0]);
  return value;
}

/** @param {unknown} value @param {string} where @returns {Goal} */
function goalFrom(value, where) {
  const name = `goal of ${where}`, { words, reach } = fieldsOf(value, name, ["words", "reach"]);
  const wants = Object.entries(bracedOf(reach, `reach of the ${name}`));
  must(wants.length >= 1 && wants.length <= 6, `reach of the ${name}`, "1 to 6 measures", reach);
  return {
    words: saidOf(words, `words of the ${name}`, 300),
    reach: wants.map(([measure, want]) => {
      must(isMeasure(measure), `reach of the ${name}`, "measures that there are", measure);
      const rules = Object.entries(bracedOf(want, `${measure} of the ${name}`));
      const [rule, wanted] = rules.length === 1 ? rules[0] : ["", null];
      const known = /** @type {Rule | undefined} */ (RULES.find((one) => one === rule));
      if (!known) throw refusal(`${measure} of the ${name}`, `one of ${RULES.join(", ")}`, want);
      return [measure, [known, wantedValue(known, wanted, `${measure} of the ${name}`)]];
    }),
  };
}

/** @param {Rule} rule @param {unknown} value @param {string} name */
function wantedValue(rule, value, name) {
  if (rule === "changed") {
    if (value !== true) throw refusal(`changed in ${name}`, "true", value);
    return true;
  }
  const number = typeof value === "number" && Number.isFinite(value);
  if (number) return value;
  if (rule.startsWith("at_")) throw refusal(`${rule} in ${name}`, "a number", value);
  if (typeof value === "boolean") return value;
  return oneLineOf(value, `${rule} in ${name}`, 40);
}

/** @param {unknown} value @param {string} where */
function questionFrom(value, where) {
  const { text, answer } = fieldsOf(value, `question of ${where}`, ["text", "answer"]);
  return {
    text: saidOf(text, `text of the question of ${where}`, 300),
    answer: saidOf(answer, `answer of ${where}`, 500),
  };
}

// Kinds of values

/**
 * The fields of an object: those that must be there, and those that may.
 * @param {unknown} value @param {string} name @param {string[]} needed @param {string[]} [possible]
 * @returns {Record<string, unknown>}
 */
function fieldsOf(value, name, needed, possible = []) {
  const given = bracedOf(value, name), all = [...needed, ...possible];
  const strange = Object.keys(given).find((key) => !all.includes(key));
  const missing = needed.find((key) => !Object.hasOwn(given, key));
  if (strange !== undefined) {
    throw refusal(`fields of ${name}`, `some of ${all.join(", ")}`, strange);
  }
  if (missing !== undefined) throw refusal(name, `given with its ${missing}`, "none");
  return given;
}

/** @param {unknown} value @param {string} name @returns {Record<string, unknown>} */
function bracedOf(value, name) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw refusal(name, "an object in braces", value);
  }
  return /** @type {Record<string, unknown>} */ (value);
}

/** @param {unknown} value @param {string} name @param {number} least @param {number} most
 * @returns {unknown[]} */
function listOf(value, name, least, most) {
  const fits = Array.isArray(value) && value.length >= least && value.length <= most;
  if (!fits) throw refusal(name, `a list of ${least} to ${most}`, value);
  return value;
}

/** @param {unknown} value @param {string} name @param {number} most letters @returns {string} */
function oneLineOf(value, name, most) {
  const unseen = new RegExp(`[${CONTROLS}]`, "u");
  if (typeof value !== "string" || !value.trim() || value.length > most || unseen.test(value)) {
    throw refusal(name, `1 to ${most} letters in one line`, value);
  }
  return value;
}

/** Words with measures in braces.
 * @param {unknown} value @param {string} name @param {number} most */
function saidOf(value, name, most) {
  const words = oneLineOf(value, name, most);
  for (const [, measure] of words.matchAll(/\{([^}]*)\}?/g)) {
    must(isMeasure(measure, true), `braces in the ${name}`, "around a measure", measure);
  }
  return words;
}

/** @param {boolean} fits @param {string} name @param {string} rule @param {unknown} got */
function must(fits, name, rule, got) {
  if (!fits) throw refusal(name, rule, got);
}

/** @param {string} name @param {string} rule @param {unknown} got */
function refusal(name, rule, got) {
  const said = (typeof got === "string" ? got : JSON.stringify(got) ?? "none").slice(0, 60);
  const seen = said.replace(new RegExp(`[${CONTROLS}]`, "gu"), "?");
  return new RangeError(`${name} must be ${rule}. Got ${seen} instead.`);
}
