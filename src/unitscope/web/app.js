// @ts-check
/** The served page: connects to its server and opens the view with the state of the address. */

import { openScope } from "./scope.js";
import { socketHost } from "./socket.js";
import { pointsFromText, pointsToText, stateFromHash } from "./state.js";

const root = /** @type {HTMLElement} */ (document.getElementById("scope"));
const place = new URL("live", location.href);
place.protocol = place.protocol.replace("http", "ws");
place.hash = "";
/** @type {import("./page.js").Page | null} */
let opened = null;

const host = socketHost(place.href, { hello: greeted, down: () => opened?.say("The server is away. Connecting again …", true) });

/** @param {any} message */
function greeted(message) {
  if (opened) {
    opened.say("");
    return opened.train();
  }
  opened = openScope(root, host, message, { state: { ...stateFromHash(location.hash).state, fromAddress: location.hash.length > 1 } });
  opened.address = (hash) => {
    const points = opened?.edits ? pointsToText(opened.data) : "";
    const names = points ? `&points=${points}&names=${encodeURIComponent(JSON.stringify(opened?.data.classNames))}` : "";
    history.replaceState(null, "", hash || names ? `#${hash}${names}` : location.pathname + location.search);
  };
  document.documentElement.dataset.ready = "true";
  if (location.hash.length > 1) takeAddress(opened);
}

/** Bring the page to what the address says. @param {import("./page.js").Page} page */
function takeAddress(page) {
  const { state, notices } = stateFromHash(location.hash), { epoch } = state, own = state.points && pointsFromText(state.points);
  page.state = { ...state, points: "", names: "" };
  page.course = state.course;
  page.followTheme?.();
  for (const name of state.hide) document.getElementById(name)?.closest("label, button")?.setAttribute("hidden", "");
  if (notices.length) page.say(notices.join(" "), true);
  const show = () => { if (epoch !== null) page.showEpoch(epoch); };
  if (own) {
    const names = namesFrom(state.names, Math.max(...own.labels) + 1);
    page.takeData({ features: 2, points: own.points, labels: own.labels, classNames: names, featureNames: ["x0", "x1"], heldOut: null });
    page.edits = true;
    page.split();
    page.afterTraining = show;
    page.train();
  } else {
    page.afterTraining = show;
    page.changeDataset({});
  }
}

/** @param {string} text @param {number} least @returns {string[]} */
function namesFrom(text, least) {
  let names = [];
  try {
    const given = JSON.parse(text);
    if (Array.isArray(given) && given.length <= 20 && given.every((name) => typeof name === "string" && name.length <= 200)) names = given;
  } catch { /* the default names do */ }
  while (names.length < Math.max(2, least)) names.push(`c${names.length}`);
  return names;
}

addEventListener("hashchange", () => { if (opened) takeAddress(opened); });
