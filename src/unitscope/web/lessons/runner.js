// @ts-check
/** A lesson on the page: its step's words, what they speak of, and whether its goal is reached. */

import { element, setText } from "../panels/elements.js";
import { showSetup } from "./links.js";
import { beginningOfStep, missingOf, spoken } from "./measures.js";

/** @import { Page, Panel } from "../page/page.js" */
/** @import { View } from "../pure/view.js" */
/** @import { Goal, Lesson, LessonStep, Part } from "./lesson.js" */
/** @import { Beginning } from "./measures.js" */

/** Where each part of the page is. @type {Record<Part, string>} */
const PART_PLACES = {
  data: ".area-data",
  settings: ".bar",
  network: ".diagram",
  play: ".playing",
  map: ".area-map",
  tools: ".main-map > header > .segments, .main-map > header > span",
  views: "#view, #view-class, .main-map .check",
  words: ".area-words",
  point: ".area-point",
  hidden: ".area-hidden",
  confusion: ".area-confusion",
  facts: ".area-facts",
  starts: ".area-seeds",
};
const AREAS = ".first > div:not(.headline, .actions), .lower > div";

/** `id`: of a lesson that an address can name, else "". @typedef {Lesson & {id: string}} Taught */

/** @param {Page} page @param {HTMLElement} root @param {() => void} left */
export function lessonRunner(page, root, left) {
  const box = taskBox({ go, leave, all: () => showAll(!root.classList.contains("all-shown")) });
  /** @type {Taught | null} */ let lesson = null;
  /** @type {Beginning | null} */ let begun = null;
  let at = 0, done = new Set(), fresh = false, ready = false;
  const { first, dress, undress } = stageOf(root);
  const panel = /** @type {Panel} */ ({ node: box.node, update });

  /** @param {Taught} taught @param {number} [step] */
  function begin(taught, step = 0) {
    if (lesson) undress();
    lesson = taught;
    ready = false;
    done = new Set();
    box.node.remove(); // until there is a step to show: what it still says is of another lesson
    if (!page.panels.includes(panel)) page.panels.push(panel);
    go(Math.min(step, taught.steps.length - 1));
  }

  /** @param {number} step */
  function go(step) {
    if (!lesson) return;
    if (step >= lesson.steps.length) return leave();
    const next = lesson.steps[step], mine = lesson;
    page.playback.pause();
    const shown = () => {
      if (lesson !== mine) return;
      [at, begun] = [step, null];
      ready = fresh = true;
      if (!box.node.isConnected) first.prepend(box.node);
      dress(next);
      page.changed();
    };
    if (next.state === null) shown();
    else if (!page.makesSets) {
      showOnly(page, next.state);
      shown();
    } else showSetup(page, setupFor(page, next.state), shown);
  }

  /** @param {boolean} on */
  function showAll(on) {
    root.classList.toggle("all-shown", on);
    if (lesson && ready) dress(lesson.steps[at]);
    page.changed();
  }

  function leave() {
    lesson = null;
    undress();
    root.classList.remove("all-shown");
    box.node.remove();
    page.panels = page.panels.filter((one) => one !== panel);
    left();
    page.changed();
  }

  /** @param {View} view */
  function update(view) {
    if (!lesson || !ready) return;
    const step = lesson.steps[at];
    begun ??= beginningOfStep(page, view, step.goal);
    const missing = step.goal && !done.has(at) ? missingOf(page, view, step.goal, begun) : "";
    if (step.goal && !missing && !done.has(at)) {
      done.add(at);
      page.announce("Done.");
    }
    box.show(page, view, { lesson, at, done: done.has(at), missing, fresh });
    fresh = false;
  }

  return {
    begin,
    leave,
    on: () => lesson !== null,
    hash: () => lesson?.id ? `lesson=${lesson.id}&step=${at + 1}` : "", // its name in an address
  };
}

/** The parts of the page that are there, and what they are without a lesson.
 * @param {HTMLElement} root */
function stageOf(root) {
  const [first, lower] = [".first", ".lower"].map((
    place,
  ) => /** @type {HTMLElement} */ (root.querySelector(place)));
  const below = [...lower.children];

  /** Show the parts that a step speaks of. @param {LessonStep} step */
  function dress({ show, at: subject }) {
    undress();
    root.classList.add("lesson");
    for (const part of show) {
      for (const found of root.querySelectorAll(PART_PLACES[part])) found.classList.add("spoken");
    }
    let tall = 0, low = false;
    for (const area of root.querySelectorAll(AREAS)) {
      const spoken = area.matches(".spoken") || !!area.querySelector(".spoken");
      area.classList.toggle("spoken", spoken);
      if (!spoken) continue;
      if (below.includes(area)) first.append(area);
      if (area.matches(".area-network:not(:has(> .diagram.spoken))")) low = true;
      else tall++;
    }
    root.dataset.tall = tall > 1 ? "several" : "one";
    root.dataset.low = String(low && tall > 0);
    const about = root.querySelector(PART_PLACES[subject]);
    about?.classList.add("toured");
    about?.closest(AREAS)?.classList.add("spoken-of");
    dispatchEvent(new Event("resize"));
    if (root.classList.contains("all-shown")) about?.scrollIntoView({ block: "nearest" });
    else if (root.id) scrollTo({ top: 0 });
    /** @type {HTMLElement | null} */ (root.querySelector(".task"))?.focus({ preventScroll: true });
  }

  function undress() {
    root.classList.remove("lesson");
    lower.append(...below);
    for (const name of ["spoken", "spoken-of", "toured"]) {
      for (const part of root.querySelectorAll(`.${name}`)) part.classList.remove(name);
    }
  }
  return { first, dress, undress };
}

/** A step's state in the theme of the page, and with what the page leaves out. @param {Page} page
 * @param {string} state */
function setupFor(page, state) {
  const all = new URLSearchParams(state);
  all.set("theme", page.state.theme);
  for (const name of page.state.hide) all.set(`${name}_hide`, "true");
  return all.toString();
}

/** Of a page that trains nothing: what can be shown of a state. @param {Page} page
 * @param {string} state */
function showOnly(page, state) {
  const all = new URLSearchParams(state), { selection, playback } = page;
  const pair = (all.get("unit") ?? "").split(",").map(Number);
  playback.showEpoch(all.has("epoch") ? Number(all.get("epoch")) : page.run.loss.length);
  selection.pinnedPoint = all.has("point") ? Number(all.get("point")) : null;
  selection.pinnedUnit = pair.length === 2 ? [pair[0], pair[1]] : null;
  const views = /** @type {const} */ (["hard", "probability", "logit"]);
  page.show({ view: views.find((one) => one === all.get("view")) ?? "hard" });
}

/** Whether a page that makes no sets has all that a lesson shows: the lab's own run.
 * @param {Page} page @param {Lesson} lesson */
export function canBeShown({ makesSets, run }, { steps }) {
  const shown = ["epoch", "unit", "point", "view"];
  return makesSets ||
    (run.course &&
      steps.every(({ state }) =>
        [...new URLSearchParams(state ?? "").keys()].every((name) => shown.includes(name))
      ));
}

/**
 * The words of a step, with back and on.
 * @param {{go: (step: number) => void, leave: () => void, all: () => void}} verbs
 */
function taskBox({ go, leave, all }) {
  const crumb = element("p", { class: "crumb" }), count = element("p", { class: "note" });
  const title = element("h1"), words = element("div", { class: "words" });
  const goal = goalBox(), ask = askBox(), steps = element("ol", { "aria-label": "Steps" });
  let at = 0;
  const back = element("button", { type: "button", class: "edged", onclick: () => go(at - 1) }),
    next = element("button", { type: "button", id: "next-step", onclick: () => go(at + 1) });
  setText(back, "Back");
  const whole = element("button", { type: "button", id: "show-all", onclick: all });
  const node = element(
    "section",
    { class: "task", "aria-label": "Lesson", tabindex: "-1" },
    element(
      "div",
      { class: "lesson-bar" },
      crumb,
      whole,
      element("button", { type: "button", id: "leave-lesson", onclick: leave }, "Leave the lesson"),
    ),
    element(
      "div",
      { class: "task-column" },
      element("div", { class: "task-body" }, count, title, words, goal.node, ask.node),
      element("div", { class: "steps" }, back, steps, next),
    ),
  );

  /**
   * @param {Page} page @param {View} view
   * @param {{lesson: Lesson, at: number, done: boolean, missing: string, fresh: boolean}} now
   */
  function show(page, view, { lesson, at: step, done, missing, fresh }) {
    const { title: name, text, goal: aim, question } = lesson.steps[step];
    at = step;
    setText(crumb, lesson.title);
    setText(count, `Step ${step + 1} of ${lesson.steps.length}`);
    setText(title, name);
    say(words, page, text.map((one) => spoken(page, view, one)), fresh);
    goal.show(page, view, page.makesSets ? aim : null, done, missing);
    ask.show(question && [question.text, question.answer].map((one) => spoken(page, view, one)));
    if (fresh) ask.fold();
    back.disabled = step === 0;
    const last = step === lesson.steps.length - 1;
    setText(next, last ? "Done" : "Next");
    next.className = done || !aim ? "strong" : "edged";
    setText(
      whole,
      node.closest(".all-shown") ? "Only this step" : "Show all controls",
    );
    if (steps.childElementCount !== lesson.steps.length || fresh) {
      steps.replaceChildren(...lesson.steps.map((_, k) =>
        element("li", {
          class: k < step ? "past" : k === step ? "now" : "",
          "aria-current": k === step && "step",
        }, element("span", { class: "sr-only" }, `Step ${k + 1}`))
      ));
    }
  }
  return { node, show };
}

/** Paragraphs, put in anew only where they say something else.
 * @param {HTMLElement} where @param {Page} page @param {(string | Node)[][]} paragraphs
 * @param {boolean} [fresh] */
function say(where, { look }, paragraphs, fresh = false) {
  const key = paragraphs.flat().map((part) => typeof part === "string" ? part : part.textContent)
    .join("") + look.name;
  if (!fresh && where.dataset.said === key) return;
  where.dataset.said = key;
  where.replaceChildren(...paragraphs.map((parts) => element("p", {}, ...parts)));
}

/** What is to be reached, and whether it is. */
function goalBox() {
  const mark = element("span", { class: "tickbox", "aria-hidden": "true" });
  const words = element("div"), told = element("small", { "aria-live": "polite" });
  const node = element("div", { class: "goal" }, mark, element("div", {}, words, told));
  /**
   * @param {Page} page @param {View} view @param {Goal | null} goal
   * @param {boolean} done @param {string} missing
   */
  function show(page, view, goal, done, missing) {
    node.hidden = !goal;
    if (!goal) return;
    say(words, page, [[element("b", {}, "Try it: "), ...spoken(page, view, goal.words)]]);
    setText(told, done ? "Done." : `Not yet: ${missing}`);
    node.classList.toggle("done", done);
    setText(mark, done ? "✓" : "");
  }
  return { node, show };
}

/** A question, whose answer is shown when it is asked for. */
export function askBox() {
  const text = element("span"), answer = element("p");
  const node = element(
    "details",
    { class: "ask" },
    element(
      "summary",
      {},
      element("b", {}, "Question. "),
      text,
      element("span", { class: "show" }, " Show the answer"),
    ),
    answer,
  );
  let key = "";
  return {
    node,
    fold: () => node.open = false,
    /** @param {(string | Node)[][] | null | undefined} parts */
    show: (parts) => {
      node.hidden = !parts;
      if (!parts) return;
      const now = parts.flat().map((one) => typeof one === "string" ? one : one.textContent).join(
        "",
      );
      if (now === key) return;
      key = now;
      text.replaceChildren(...parts[0]);
      answer.replaceChildren(...parts[1]);
    },
  };
}
