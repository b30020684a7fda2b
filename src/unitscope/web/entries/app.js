// @ts-check
/** The served page: connects to its server and opens the view with the state of the address. */

import { takeAddress } from "../page/address.js";
import { openScope } from "./scope.js";
import { socketHost } from "../page/socket.js";
import { stateFromHash } from "../page/state.js";

/** @import { Page } from "../page/page.js" */
/** @import { Hello } from "../pure/scene.d.ts" */

const root = /** @type {HTMLElement} */ (document.getElementById("scope"));
const place = new URL("live", location.href);
place.protocol = place.protocol.replace("http", "ws");
place.hash = "";
/** @type {Page | null} */
let opened = null;

const host = socketHost(place.href, {
  hello: greeted,
  down: () => opened?.say("The server is away. Connecting again …", true),
});

/** @param {Hello} message */
function greeted(message) {
  if (opened) {
    opened.say("");
    return opened.train();
  }
  const linked = location.hash.length > 1;
  opened = openScope(root, host, message, {
    state: stateFromHash(location.hash, message).state,
    keepState: linked,
  });
  opened.address = (hash) =>
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
  document.documentElement.dataset.ready = "true";
  if (linked) takeAddress(opened, location.hash);
}

addEventListener("hashchange", () => {
  if (opened) takeAddress(opened, location.hash);
});
