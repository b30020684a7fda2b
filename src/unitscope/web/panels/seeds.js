// @ts-check
/** The strip of seeds: each a small decision map with its accuracy; one click opens it. */

import { element, penOf, percentage, setText, shortNumber, svgElement } from "./elements.js";
import { paintClasses } from "../pure/colors.js";
import { classesOf, forwardPass, networkFrom, parameterCount } from "../pure/network.js";
import { exportedPicture, svgDocument, svgWords } from "./pictures.js";
import { networkOn } from "../pure/plane.js";
import { gridOver } from "../pure/view.js";

/** @import { Page, Panel } from "../page/page.js" */
/** @import { SeedsShown } from "../page/seeds.js" */
/** @import { Look } from "../pure/colors.js" */

const TILE_SIDE = 28;
/** Seeds x points x epochs x parameters trained unasked: about a tenth of a second. */
const AT_ONCE = 3e8;
const CALM = 400; // ms without a change before that

/** @param {Page} page @returns {Panel} */
export function seedsPanel(page) {
  const strip = element("div", { class: "strip" }),
    share = element("span", { class: "muted grow", "aria-live": "off" });
  const ask = element("button", {
    type: "button",
    id: "train-seeds",
    onclick: () => page.seeds.train(),
  }, "Train 64 seeds");
  const node = element(
    "section",
    { class: "panel seeds", "aria-label": "Seeds" },
    element("header", {}, element("h2", {}, "The same network from 64 starts"), share, ask),
    strip,
  );
  /** @type {SeedsShown | null} */ let shown = null;
  /** @type {Look | null} */ let look = null;
  /** @type {Float64Array | null} */ let points = null;
  let seen = false, tried = "", calm = 0;
  const watched = new IntersectionObserver((entries) => {
    seen = entries[entries.length - 1].isIntersecting;
    if (seen) page.changed();
  });
  watched.observe(node);

  /**
   * Train them when they are in sight, of other settings than those shown, and cheap; what is
   * refused is not asked for again.
   */
  function trainWhenCalm() {
    clearTimeout(calm);
    const { seed: _, ...recipe } = page.recipe(),
      key = JSON.stringify([recipe, page.patience]);
    if (
      page.readOnly || !seen || page.seeds.busy || page.dataset.dragging || page.playback.playing ||
      (page.seeds.shown && !page.seeds.stale) || page.seeds.work() > AT_ONCE
    ) return;
    if (tried === key && points === page.data.points) return;
    calm = setTimeout(() => {
      [tried, points] = [key, page.data.points];
      page.seeds.train();
    }, CALM);
  }

  function update() {
    trainWhenCalm();
    node.hidden = page.readOnly;
    const seeds = page.seeds.shown, { stale } = page.seeds;
    setText(ask, page.seeds.busy ? "Training …" : "Train 64 seeds");
    node.classList.toggle("stale", !!seeds && stale);
    if (!seeds) {
      return setText(share, "How much of this is luck? Train it from 64 random starts and see.");
    }
    setText(share, wordsOfSeeds(seeds, stale));
    if (shown !== seeds || look !== page.look) {
      shown = seeds;
      look = page.look;
      strip.replaceChildren(...[...seeds.accuracy].map((_, k) => tile(page, seeds, k)));
    }
    [...strip.children].forEach((button, k) =>
      button.setAttribute(
        "aria-pressed",
        String(!page.run.course && page.state.seed === seeds.first + k && !stale),
      )
    );
  }
  return {
    node,
    update,
    get exported() {
      return page.seeds.shown
        ? exportedPicture("Seeds", "seeds", () => seedsPicture(page, strip))
        : null;
    },
    close: () => watched.disconnect(),
  };
}

/** @param {SeedsShown} seeds @param {boolean} stale */
function wordsOfSeeds({ accuracy }, stale) {
  const full = accuracy.filter((value) => value >= 1 - 1e-9).length,
    right = percentage(full / accuracy.length),
    diverged = accuracy.filter(Number.isNaN).length;
  return `${full} of ${accuracy.length} (${right}) classify every training point right. ` +
    (diverged ? `${diverged} of ${accuracy.length} diverged. ` : "") +
    "Below each: accuracy and loss." +
    (stale ? " Of the settings before: train them again." : "");
}

/**
 * All maps in rows of 16, with accuracy and loss.
 * @param {Page} page
 * @param {HTMLElement} strip
 */
function seedsPicture(page, strip) {
  const tiles = /** @type {HTMLElement[]} */ ([...strip.children]),
    { look: { background, text } } = page;
  return svgDocument(
    16 * 70 + 6,
    Math.ceil(tiles.length / 16) * 100 + 6,
    background,
    ...tiles.flatMap((one, k) => {
      const x = k % 16 * 70 + 6,
        y = Math.floor(k / 16) * 100 + 6,
        map = one.querySelector("canvas");
      return [
        svgElement("image", { x, y, width: 64, height: 64, href: map?.toDataURL() ?? "" }),
        ...[...one.querySelectorAll("small")].map((words, line) =>
          svgWords(words.textContent ?? "", x + 32, y + 74 + 14 * line, text)
        ),
      ];
    }),
  );
}

/** @param {Page} page @param {SeedsShown} seeds @param {number} k */
function tile(page, seeds, k) {
  const canvas = element("canvas", { width: TILE_SIDE, height: TILE_SIDE, "aria-hidden": "true" });
  const network = networkFrom(
    page.data.features,
    seeds.layers,
    seeds.weights,
    k * parameterCount(page.data.features, seeds.layers),
  );
  const plane = networkOn(network, page.dataset.plane);
  const passes = forwardPass(
    plane,
    gridOver(page.dataset.window, TILE_SIDE),
    TILE_SIDE * TILE_SIDE,
  );
  const diverged = Number.isNaN(seeds.accuracy[k]);
  if (!diverged) {
    const winners = classesOf(passes[passes.length - 1].z, TILE_SIDE * TILE_SIDE, seeds.classes);
    const image = new ImageData(TILE_SIDE, TILE_SIDE);
    paintClasses(winners, () => 0.8, page.look, image.data);
    penOf(canvas).putImageData(image, 0, 0);
  }
  const seed = seeds.first + k,
    accuracy = percentage(seeds.accuracy[k]),
    words = diverged
      ? `Seed ${seed}: diverged`
      : `Seed ${seed}: accuracy ${accuracy}, loss ${shortNumber(seeds.loss[k])}`;
  return element(
    "button",
    {
      type: "button",
      class: "tile",
      "aria-label": words,
      title: words,
      onclick: () => page.change({ seed }, { course: false }),
    },
    canvas,
    element("small", {}, accuracy),
    element("small", { class: "muted" }, diverged ? "diverged" : shortNumber(seeds.loss[k], 2)),
  );
}
