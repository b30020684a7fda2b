// @ts-check
/** The served page: connects to its server and opens the view with the state of the address. */

import { takeAddress } from "../page/address.js";
import { element } from "../panels/elements.js";
import { kindOfModule } from "../kernel/machine.js";
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
const SEEN = "unitscope-seen";
/** @type {Page | null} */
let opened = null;
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
  const linked = location.hash.length > 1;
  opened = openScope(root, hostHere(message), message, {
    state: stateFromHash(location.hash, message).state,
    keepState: linked,
    startWorker: () =>
      new Worker(new URL("../pure/worker.js", import.meta.url), { type: "module" }),
  });
  if (!opened.elsewhere.model) { // which no address holds: it opens again with the page
    opened.address = (hash) =>
      history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
  }
  if (noted) opened.say(noted);
  document.documentElement.dataset.ready = "true";
  opened.dataset.untrained = linked; // what the link shows is painted first
  if (linked) takeAddress(opened, location.hash);
  else if (isFirstVisit()) opened.playback.showFromStart();
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
  if (opened) takeAddress(opened, location.hash);
});
