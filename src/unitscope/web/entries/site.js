// @ts-check
/** The page of a site: all comes from its folder, and nobody is asked. */

import { kindOfModule, NO_KERNEL } from "../kernel/machine.js";
import { askInHeadline, leaveOut } from "../lessons/tailor.js";
import { lessonsOn } from "../lessons/lessons.js";
import { offerFile, showSetup, wholeHash } from "../lessons/links.js";
import { aloneHost, readOnlyHost } from "../page/alone.js";
import { beginLinked, isLinked, linkPage } from "../page/linked.js";
import { siteHost } from "../page/site.js";
import { stateFromHash } from "../page/state.js";
import { element } from "../panels/elements.js";
import { openScope } from "./scope.js";

/** @import { DataScene, Hello } from "../pure/scene.d.ts" */

const WORDS = {
  lost: "This page cannot train any more",
  again: "Load it again.",
  rest: "This page has no Python: unitscope play has the rest.",
  plane: "the plane of the run that this page opened with",
  facts: "More facts about a network are told where Python is: unitscope play, us.explain(run).",
};

/** A file of the folder. @param {string} name */
async function beside(name) {
  const answer = await fetch(new URL(name, import.meta.url));
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer;
}

/** A set that is not drawn, as it is packed. @param {string} name @returns {Promise<DataScene>} */
async function fetchedSet(name) {
  const { body } = await beside(`sets/${name}.bin`);
  if (!body) throw new Error(`${name} is empty.`);
  return await new Response(body.pipeThrough(new DecompressionStream("gzip"))).json();
}

/** The worker that trains, with its module. @param {Hello} content */
async function startTrainer({ limits }) {
  const [module, course] = await Promise.all(
    [`${kindOfModule()}.wasm`, "course.bin"].map(async (name) =>
      (await beside(name)).arrayBuffer()
    ),
  );
  const worker = new Worker(new URL("trainer.js", import.meta.url));
  worker.postMessage({ limits, module, course });
  return worker;
}

/** @param {Hello} content */
function opened(content) {
  const root = /** @type {HTMLElement} */ (document.getElementById("scope"));
  const { first } = content, epochs = first.run.epochs[first.run.epochs.length - 1];
  const trains = kindOfModule() !== null;
  const host = trains
    ? siteHost(
      aloneHost(first.run, () => startTrainer(content), true, WORDS),
      content.limits,
      fetchedSet,
    )
    : readOnlyHost((epoch) => epoch === epochs && first.claims || null);
  const page = openScope(root, host, content, {
    state: stateFromHash(location.hash, content).state,
    keepState: trains && isLinked(root),
    startWorker: () => new Worker(new URL("worker.js", import.meta.url)),
  });
  if (!trains) {
    page.say(`${NO_KERNEL} The page shows the run that it opens with.`);
    document.documentElement.dataset.ready = "true";
    return;
  }
  const { open } = linkPage(page, root, {
    lessons: () => Promise.resolve({ lessonsOn }),
    links: () => Promise.resolve({ offerFile, showSetup, wholeHash }),
    tailor: () => Promise.resolve({ askInHeadline, leaveOut }),
    style: () => Promise.resolve(), // that of the page has it
  });
  beginLinked(page, root, open);
}

try {
  opened(await (await beside("page.json")).json());
} catch (problem) {
  const why = problem instanceof Error ? problem.message : String(problem);
  document.getElementById("scope")?.replaceChildren(
    element("p", { class: "loading" }, `Not all of this page's files are where it is (${why}).`),
  );
}
