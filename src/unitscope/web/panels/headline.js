// @ts-check
/** What this is and what to do, in one sentence each; messages stand in the second's place. */

import { counted, rightOf } from "../pure/data.js";
import { element, iconButton, setText } from "./elements.js";
import { elsewhereLine } from "./elsewhere.js";

/** @import { Page } from "../page/page.js" */
/** @import { View } from "../pure/view.js" */

/** @param {Page} page */
export function headlineOf(page) {
  const title = element("h1"), summary = element("span", { id: "summary" });
  const told = element("span", { id: "status" });
  const away = iconButton("Send this message away", "×", () => page.calm());
  const status = element("p", { class: "status" }, told, away);
  const setup = element("span", { class: "print-setup" }); // on paper, in the invitation's place
  const does = element("span", { class: "screen-only" }), elsewhere = elsewhereLine(page);
  const node = element(
    "div",
    { class: "headline" },
    title,
    element(
      "p",
      { class: "second" },
      element("b", {}, page.readOnly ? "Point at anything:" : "Drag a point:"),
      does,
      summary,
      setup,
      elsewhere.node,
    ),
    status,
  );
  page.showStatus = () => {
    const { refusal } = page, words = refusal || page.status;
    setText(told, words);
    status.hidden = !words;
    away.hidden = !refusal;
    status.classList.toggle("bad", !!refusal);
    page.showBehind?.();
  };

  /** @param {View} view */
  function update(view) {
    page.showStatus?.();
    setText(title, headlineWords(page, view));
    setText(does, page.readOnly ? " it shows its numbers. " : ` ${page.elsewhere.words} `);
    setText(summary, summaryOf(page, view));
    setText(setup, setupOf(page));
    elsewhere.update();
  }
  return { node, update };
}

const ONE_LINE = 58; // letters

/**
 * In one line: where it is too long for that, a shorter phrase.
 * @param {Page} page @param {View} view
 */
function headlineWords(page, view) {
  const layers = view.network.layers.slice(0, -1).map(({ units }) => units),
    all = layers.reduce((sum, units) => sum + units, 0);
  const units = `${layers.length > 3 ? all : layers.join(" + ")} hidden unit${
    all === 1 ? "" : "s"
  }`;
  const [right, n] = rightOf(page.data, view.predicted, false),
    { epoch, edited, run } = page.playback;
  const [verb, rest] = right === n
    ? ["tell", `${view.classes} classes apart.`]
    : epoch < run.loss.length && !edited
    ? ["learn", `${view.classes} classes.`]
    : [
      "get",
      `${counted(right)} of ${counted(n)} ${
        page.data.heldOut ? "training points" : "points"
      } right.`,
    ];
  const whole = `A network ${all ? `of ${units}` : "without hidden units"} ${verb}s ${rest}`;
  return whole.length > ONE_LINE && all ? `${units} ${verb}${all === 1 ? "s" : ""} ${rest}` : whole;
}

/** How it was trained. @param {Page} page */
function setupOf({ run, dataset }) {
  const { recipe } = run, start = run.course ? "the lab's own start" : `seed ${recipe.seed}`;
  return `${dataset.name}: ${recipe.optimizer}, learning rate ${recipe.learning_rate}, ` +
    `${recipe.activation}, ${counted(run.loss.length)} epochs, ${start}. ${
      location.href.slice(0, 200)
    }`;
}

/** @param {Page} page @param {View} view */
function summaryOf(page, view) {
  const { epoch, edited } = page.playback, { heldOut } = page.data;
  const right = (/** @type {boolean} */ test) => {
    const [good, all] = rightOf(page.data, view.predicted, test);
    return `${counted(good)} of ${counted(all)}`;
  };
  const points = heldOut
    ? `${right(false)} training points and ${right(true)} test points`
    : `${right(false)} points`;
  const by = edited ? ", weights changed by hand" : "";
  return `${points} right${page.elsewhere.stays ? "" : ` at epoch ${counted(epoch)}`}${by}`;
}
