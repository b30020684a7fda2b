// @ts-check
/** The page and its address: links that are opened and shared, and the lessons that they name. */

import { takeAddress } from "./address.js";

/** @import { Data } from "../pure/data.js" */
/** @import { Lessons, lessonsOn } from "../lessons/lessons.js" */
/** @import { offerFile, showSetup, wholeHash } from "../lessons/links.js" */
/** @import { askInHeadline, leaveOut } from "../lessons/tailor.js" */
/** @import { Page } from "./page.js" */

/**
 * What is brought when it is first needed.
 * @typedef {object} Brought
 * @property {() => Promise<{lessonsOn: typeof lessonsOn}>} lessons
 * @property {() => Promise<{offerFile: typeof offerFile, showSetup: typeof showSetup,
 *   wholeHash: typeof wholeHash}>} links
 * @property {() => Promise<{askInHeadline: typeof askInHeadline,
 *   leaveOut: typeof leaveOut}>} tailor
 * @property {() => Promise<unknown>} style that of lessons
 */

const SEEN = "unitscope-seen";

/** Whether the address says what is to be shown. @param {HTMLElement} root */
export const isLinked = (root) => location.hash.length > 1 || !!root.dataset.lesson;

/**
 * Give a page its address.
 * @param {Page} page
 * @param {HTMLElement} root
 * @param {Brought} bring
 */
export function linkPage(page, root, bring) {
  /** Points that the address holds as text.
   * @type {{data: Data, points: Float64Array, text: string} | null} */
  let kept = null;
  /** @type {Lessons | null} */
  let lessons = null; // when they were asked for

  /** Show what the address says: a lesson, or a state. */
  async function open() {
    const hash = location.hash; // now: the page writes its own while what follows is fetched
    const named = new URLSearchParams(hash.slice(1));
    const id = named.get("lesson") ?? (hash.length > 1 ? null : root.dataset.lesson && "own");
    if (id !== null && id !== undefined) {
      const step = Number(named.get("step") ?? 1);
      if ((await bringLessons()).beginAt(id, step)) return;
      page.say("lesson must be the number of one that there is. Got another instead.", true);
    }
    lessons?.leave();
    kept = null;
    if (!named.has("data")) takeAddress(page, hash);
    else kept = await (await bring.links()).showSetup(page, hash) ?? null;
    const { hide, question, answer } = page.state;
    if (!hide.length && !question && !root.matches(".asked, :has(.left-out)")) return;
    const tailor = await bring.tailor();
    await bring.style();
    tailor.leaveOut(root, hide);
    tailor.askInHeadline(root, question, answer);
  }

  /** Put all that is shown into the address; where there is no room for it, offer a file. */
  async function shareWhole() {
    if (page.saveNow()) return;
    const links = await bring.links();
    const { hash, data: text, fits } = await links.wholeHash(page), { data } = page;
    if (fits) kept = { data, points: data.points, text };
    else links.offerFile(root, `${hash}&data=${text}`);
    page.saveNow();
  }

  /** The lessons, with their style, when they are first asked for. */
  async function bringLessons() {
    if (lessons) return lessons;
    const given = root.dataset.lesson;
    const [brought, text] = await Promise.all([
      bring.lessons(),
      given ? fetch(given).then((answer) => answer.text()) : "",
      bring.style(),
    ]);
    if (lessons) return lessons; // asked for twice
    lessons = brought.lessonsOn(page, root, () => page.saveNow());
    try {
      if (text) lessons.offer(text);
    } catch (problem) {
      page.refused(problem instanceof Error ? problem.message : String(problem));
    }
    return lessons;
  }

  if (!page.elsewhere.model) { // which no address holds: it opens again with the page
    page.address = (hash) => {
      const { data } = page;
      const more = kept?.data === data && kept.points === data.points ? `&data=${kept.text}` : "";
      const shown = lessons?.hash || hash + more;
      history.replaceState(null, "", shown ? `#${shown}` : location.pathname + location.search);
    };
  }
  page.lessons = bringLessons;
  page.shared = shareWhole;
  addEventListener("hashchange", open);
  return { open };
}

/** Show what the address says, or to who sees the page first how the run went.
 * @param {Page} page @param {HTMLElement} root @param {() => Promise<void>} open */
export function beginLinked(page, root, open) {
  document.documentElement.dataset.ready = "true";
  page.dataset.untrained = isLinked(root); // what the link shows is painted first
  if (isLinked(root)) open();
  else if (isFirstVisit()) page.playback.showFromStart();
}

/** Whether this browser has not seen the page yet, and may be shown what moves. */
function isFirstVisit() {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return false;
  try {
    const seen = localStorage.getItem(SEEN);
    localStorage.setItem(SEEN, "true");
    return seen === null;
  } catch { // no storage: no visit is known
    return false;
  }
}
