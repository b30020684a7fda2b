// @ts-check
/**
 * Says what to do where the server refuses the page's modules, as it does behind a forwarder that
 * changes the Host. A script of the old kind, which browsers ask for without an Origin.
 */

addEventListener("error", ({ target }) => {
  const place = document.querySelector("#scope .loading");
  if (!place || !(target instanceof HTMLScriptElement)) return;
  place.textContent = "The page's modules were refused. If a forwarder or hub is between, start " +
    `unitscope play with --allow-host ${location.host}, and open the page again.`;
}, true);
