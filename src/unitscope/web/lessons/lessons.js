// @ts-check
/** The lessons that ship, a teacher's own, and the list to choose from. */

import { element, setText } from "../panels/elements.js";
import { lessonFrom, lessonFromText } from "./lesson.js";
import { canBeShown, lessonRunner } from "./runner.js";
import { FIRST_LESSONS } from "./first.js";
import { MORE_LESSONS } from "./more.js";
import { showSetup, stateOfFile } from "./links.js";
import { openTailor } from "./tailor.js";

/** @import { Page } from "../page/page.js" */
/** @import { Taught } from "./runner.js" */
/** @typedef {ReturnType<typeof lessonsOn>} Lessons */

const MOST_OF_A_FILE = 8e6; // bytes

/** The state that a page saved where a link had no room; null for another file.
 * @param {string} text */
function stateOfPage(text) {
  try {
    return stateOfFile(text);
  } catch {
    return null; // a lesson's check says why
  }
}

const SHIPPED = [...FIRST_LESSONS, ...MORE_LESSONS];

/** @param {Page} page @param {HTMLElement} root
 * @param {() => void} [left] called at a lesson's end */
export function lessonsOn(page, root, left = () => {}) {
  const runner = lessonRunner(page, root, left);
  const shipped = SHIPPED.map((one, k) => ({
    ...lessonFrom(one, page.hello),
    id: String(k + 1),
  })).filter((lesson) => canBeShown(page, lesson));
  /** @type {Taught | null} */ let own = null; // of the server
  const rows = element("ol", { class: "lessons-list" });
  const box = element(
    "dialog",
    { "aria-label": "Lessons", id: "lessons-box" },
    element(
      "header",
      {},
      element("h2", {}, "Lessons"),
      element("button", {
        type: "button",
        class: "icon",
        "aria-label": "Close",
        onclick: () => box.close(),
      }, "×"),
    ),
    rows,
    page.makesSets ? ownFile(page, root, take) : null,
  );
  root.append(box);

  /** @param {Taught} lesson @param {number} [step] */
  function begin(lesson, step) {
    box.close();
    runner.begin(lesson, step);
  }

  function open() {
    const all = own ? [own, ...shipped] : shipped;
    rows.replaceChildren(...all.map((lesson) => rowOf(lesson, () => begin(lesson))));
    box.showModal();
  }

  /** @param {File | undefined} file */
  async function take(file) {
    if (!file) return;
    try {
      if (file.size > MOST_OF_A_FILE) {
        throw new RangeError(`A file must be at most ${MOST_OF_A_FILE} bytes. Got more instead.`);
      }
      const text = await file.text(), state = stateOfPage(text);
      if (state !== null) {
        box.close();
        if (runner.on()) runner.leave();
        return void await showSetup(page, state);
      }
      begin({ ...lessonFromText(text, page.hello), id: "" });
    } catch (problem) {
      box.close();
      page.refused(problem instanceof Error ? problem.message : String(problem));
    }
  }

  return {
    open,
    count: shipped.length,
    take,
    leave: () => runner.on() && runner.leave(),
    get hash() {
      return runner.hash();
    },
    /** Take the server's own lesson. @param {string} text */
    offer: (text) => {
      own = { ...lessonFromText(text, page.hello), id: "own" };
    },
    /** Begin the lesson that an address names; false where there is none.
     * @param {string} id @param {number} step from 1 */
    beginAt: (id, step) => {
      const lesson = id === "own" ? own : shipped.find((one) => one.id === id);
      if (lesson) begin(lesson, Math.max(0, step - 1) || 0);
      return !!lesson;
    },
  };
}

/** @param {HTMLElement} root */
const closeList = (root) =>
  /** @type {HTMLDialogElement | null} */ (root.querySelector("#lessons-box"))?.close();

/** Opens a teacher's file, or makes a page of their own. @param {Page} page
 * @param {HTMLElement} root @param {(file: File | undefined) => void} take */
function ownFile(page, root, take) {
  const file = element("input", {
    type: "file",
    accept: ".json,application/json",
    class: "hidden-file",
    id: "lesson-file",
    onchange: () => {
      take(file.files?.[0]);
      file.value = "";
    },
  });
  const words = element("span");
  setText(words, "Open a lesson of your own …");
  return element(
    "div",
    { class: "row" },
    element("button", { type: "button", class: "edged", onclick: () => file.click() }, words),
    page.address
      ? element("button", {
        type: "button",
        class: "edged",
        id: "tailor",
        onclick: () => {
          closeList(root);
          openTailor(page, root, location.href.split("#")[0]);
        },
      }, "Tailor this page …")
      : null,
    file,
  );
}

/** A line of the list. @param {Taught} lesson @param {() => void} onclick */
const rowOf = ({ id, title, about, steps }, onclick) =>
  element(
    "li",
    {},
    element(
      "button",
      { type: "button", "data-lesson": id, onclick },
      element("b", {}, title),
      element("small", {}, `${about} ${steps.length} steps`.trim()),
    ),
  );
