// @ts-check
/** Says what to do where a site's page is opened from disk, from where browsers load no modules. */

addEventListener("error", ({ target }) => {
  const told = document.querySelector("#scope .loading");
  if (!told || !(target instanceof HTMLScriptElement)) return;
  told.textContent = location.protocol === "file:"
    ? "This page is for a web server; python -m http.server in its folder is one. A file that " +
      "opens from disk is made by us.export_html(run, path)."
    : "Not all of this page's files are where it is: the whole folder belongs on the server.";
}, true);
