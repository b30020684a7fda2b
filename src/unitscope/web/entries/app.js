// @ts-check
/** The served page: connects to its server and opens the view with the state of the address. */

import { element } from "../panels/elements.js";
import { kindOfModule } from "../kernel/machine.js";
import { openScope } from "./scope.js";
import { socketHost } from "../page/socket.js";
import { stateFromHash } from "../page/state.js";
import { takeAddress } from "../page/address.js";
import { trainingHost } from "../page/training.js";

/** @import { Data } from "../pure/data.js" */
/** @import { Lessons } from "../lessons/lessons.js" */
/** @import { Page } from "../page/page.js" */
/** @import { Hello } from "../pure/scene.d.ts" */

const root = /** @type {HTMLElement} */ (document.getElementById("scope"));
const place = new URL("live", location.href);
place.protocol = place.protocol.replace("http", "ws");
place.hash = "";
let failed = 0; // attempts to connect, before the first that does
const SEEN = "unitscope-seen";
/** @type {Page | null} */
let opened = null;
/** @type {Promise<unknown> | null} */
let styled = null;
/** Points that the address holds as text.
 * @type {{data: Data, points: Float64Array, text: string} | null} */
let kept = null;
/** @type {Lessons | null} */
let lessons = null; // when they were asked for
let noted = ""; // before there is a page to say it

const host = socketHost(place.href, {
  hello: greeted,
  down: (why) => {
    const told = `${why || "The server is away."} Connecting again …`;
    failed++;
    if (opened) opened.say(told, true);
    else if (failed > 1 && !why) {
      root.replaceChildren(element("p", { class: "loading" }, forwardedWords(location.host)));
    } else root.replaceChildren(element("p", { class: "loading" }, told));
  },
});

/** The worker that trains; null where this browser has no module for it. */
function startWorker() {
  if (!kindOfModule()) return null;
  const worker = new Worker(new URL("../kernel/worker.js", import.meta.url), { type: "module" });
  worker.addEventListener("message", ({ data }) => {
    if (data.ready) document.documentElement.dataset.kernel = "ready";
  });
  return worker;
}

/**
 * Who answers the page: the server; with ?kernel=browser, this browser what it can.
 * @param {Hello} message
 */
function hostHere({ limits }) {
  if (new URLSearchParams(location.search).get("kernel") !== "browser") return host;
  return trainingHost(host, limits, startWorker, (words) => {
    if (opened) opened.say(words);
    else noted = words;
  });
}

/** @param {Hello} message */
function greeted(message) {
  if (opened) {
    opened.calm();
    return opened.train();
  }
  const linked = location.hash.length > 1 || !!root.dataset.lesson;
  opened = openScope(root, hostHere(message), message, {
    state: stateFromHash(location.hash, message).state,
    keepState: linked,
    startWorker: () =>
      new Worker(new URL("../pure/worker.js", import.meta.url), { type: "module" }),
  });
  if (!opened.elsewhere.model) { // which no address holds: it opens again with the page
    const page = opened;
    opened.address = (hash) => {
      const { data } = page;
      const more = kept?.data === data && kept.points === data.points ? `&data=${kept.text}` : "";
      const shown = lessons?.hash || hash + more;
      history.replaceState(null, "", shown ? `#${shown}` : location.pathname + location.search);
    };
  }
  opened.lessons = bringLessons;
  opened.shared = shareWhole;
  if (noted) opened.say(noted);
  document.documentElement.dataset.ready = "true";
  opened.dataset.untrained = linked; // what the link shows is painted first
  if (linked) open();
  else if (isFirstVisit()) opened.playback.showFromStart();
}

/** Show what the address says: a lesson, or a state. */
async function open() {
  const page = /** @type {Page} */ (opened);
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
  else kept = await (await import("../lessons/links.js")).showSetup(page, hash) ?? null;
  const { hide, question, answer } = page.state;
  if (!hide.length && !question && !root.matches(".asked, :has(.left-out)")) return;
  const { askInHeadline, leaveOut } = await import("../lessons/tailor.js");
  await styleLessons();
  leaveOut(root, hide);
  askInHeadline(root, question, answer);
}

/** Put all that is shown into the address; where there is no room for it, offer a file. */
async function shareWhole() {
  const page = /** @type {Page} */ (opened);
  if (page.saveNow()) return;
  const { offerFile, wholeHash } = await import("../lessons/links.js");
  const { hash, data: text, fits } = await wholeHash(page), { data } = page;
  if (fits) kept = { data, points: data.points, text };
  else offerFile(root, `${hash}&data=${text}`);
  page.saveNow();
}

/** The lessons, with their style, when they are first asked for. */
async function bringLessons() {
  if (lessons) return lessons;
  const page = /** @type {Page} */ (opened), given = root.dataset.lesson;
  const [{ lessonsOn }, text] = await Promise.all([
    import("../lessons/lessons.js"),
    given ? fetch(given).then((answer) => answer.text()) : "",
    styleLessons(),
  ]);
  if (lessons) return lessons; // asked for twice
  lessons = lessonsOn(page, root, () => page.saveNow());
  try {
    if (text) lessons.offer(text);
  } catch (problem) {
    page.refused(problem instanceof Error ? problem.message : String(problem));
  }
  return lessons;
}

/** The style of lessons, once. */
function styleLessons() {
  return styled ??= lessonStyle();
}

function lessonStyle() {
  const href = new URL("../lessons/lessons.css", import.meta.url).href;
  const link = element("link", { rel: "stylesheet", href });
  document.head.append(link);
  return new Promise((resolve) => {
    for (const end of ["load", "error"]) link.addEventListener(end, resolve);
  });
}

/** What may be between the page and its server. @param {string} name */
function forwardedWords(name) {
  return "The page is here, but its connection (a WebSocket) to unitscope is not. If a forwarder " +
    `or hub is between, start unitscope play with --allow-host ${name}, and let the forwarder ` +
    "pass WebSockets on. If the server was ended, start it again. Connecting again …";
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

addEventListener("hashchange", () => {
  if (opened) open();
});
