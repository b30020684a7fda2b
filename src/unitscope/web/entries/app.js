// @ts-check
/** The served page: connects to its server and opens the view with the state of the address. */

import { takeAddress } from "../page/address.js";
import { openScope } from "./scope.js";
import { socketHost } from "../page/socket.js";
import { stateFromHash } from "../page/state.js";

const root = /** @type {HTMLElement} */ (document.getElementById("scope"));
const place = new URL("live", location.href);
place.protocol = place.protocol.replace("http", "ws");
place.hash = "";
/** @type {import("../page/page.js").Page | null} */
let opened = null;

const host = socketHost(place.href, {
  hello: greeted,
  down: () => opened?.say("The server is away. Connecting again …", true),
});

/** @param {any} message */
function greeted(message) {
  if (opened) {
    opened.say("");
    return opened.train();
  }
  opened = openScope(root, host, message, {
    state: { ...stateFromHash(location.hash).state, fromAddress: location.hash.length > 1 },
  });
  opened.address = (hash) =>
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
  document.documentElement.dataset.ready = "true";
  if (location.hash.length > 1) takeAddress(opened, location.hash);
}

addEventListener("hashchange", () => {
  if (opened) takeAddress(opened, location.hash);
});
