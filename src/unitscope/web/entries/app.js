// @ts-check
/** The served page: connects to its server and opens the view with the state of the address. */

import { element } from "../panels/elements.js";
import { kindOfModule } from "../kernel/machine.js";
import { beginLinked, isLinked, linkPage } from "../page/linked.js";
import { openScope } from "./scope.js";
import { socketHost } from "../page/socket.js";
import { stateFromHash } from "../page/state.js";
import { trainingHost } from "../page/training.js";

/** @import { Page } from "../page/page.js" */
/** @import { Hello } from "../pure/scene.d.ts" */

const root = /** @type {HTMLElement} */ (document.getElementById("scope"));
const place = new URL("live", location.href);
place.protocol = place.protocol.replace("http", "ws");
place.hash = "";
let failed = 0; // attempts to connect, before the first that does
/** @type {Page | null} */
let opened = null;
/** @type {Promise<unknown> | null} */
let styled = null;
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
  opened = openScope(root, hostHere(message), message, {
    state: stateFromHash(location.hash, message).state,
    keepState: isLinked(root),
    startWorker: () =>
      new Worker(new URL("../pure/worker.js", import.meta.url), { type: "module" }),
  });
  const { open } = linkPage(opened, root, {
    lessons: () => import("../lessons/lessons.js"),
    links: () => import("../lessons/links.js"),
    tailor: () => import("../lessons/tailor.js"),
    style: styleLessons,
  });
  if (noted) opened.say(noted);
  beginLinked(opened, root, open);
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
