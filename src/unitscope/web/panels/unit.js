// @ts-check
/** One unit: its weights, to be changed by hand. One point: its probabilities and its sums. */

import { pointName } from "../pure/data.js";
import { cutName, element, percentage, remsOf, setText, shortNumber } from "./elements.js";
import { markerPicture } from "./markers.js";
import { pointWords } from "./plane.js";

/** @import { Page, Panel } from "../page/page.js" */
/** @import { Look } from "../pure/colors.js" */
/** @import { Layer } from "../pure/network.js" */
/** @import { View } from "../pure/view.js" */

/** @param {Page} page @returns {Panel} */
export function unitPanel(page) {
  const title = element("h2", {}, "Weights of a unit"),
    fields = element("div", { class: "weights" });
  const back = element(
    "button",
    { type: "button", onclick: () => page.playback.takeWeights(null) },
    "Back to the trained weights",
  );
  const node = element(
    "section",
    { class: "panel unit-detail", "aria-label": "Weights of a unit", hidden: true },
    element(
      "header",
      {},
      title,
      back,
      element("button", {
        type: "button",
        class: "icon",
        "aria-label": "Close",
        onclick: () => page.selection.chooseUnit(null),
      }, "×"),
    ),
    fields,
  );
  let key = "";

  /** @param {View} view */
  function update(view) {
    const unit = page.selection.pinnedUnit;
    node.hidden = !unit;
    back.hidden = !page.playback.edited;
    if (!unit) return void (key = "");
    const [layer, j] = unit, { inputs, units, weights, bias } = view.network.layers[layer];
    setText(title, `${page.unitName(layer, j)}: weights and bias`);
    const now = JSON.stringify([layer, j, inputs]);
    if (now !== key) {
      key = now;
      fields.replaceChildren(...Array.from({ length: inputs + 1 }, (_, i) => {
        const words = i === inputs
          ? "bias"
          : layer === 0
          ? page.data.featureNames[i]
          : `unit ${i} of layer ${layer}`;
        const input = element("input", {
          type: "number",
          step: "any",
          onchange: () => page.playback.editWeight(layer, i, j, Number(input.value)),
        });
        return element(
          "label",
          { class: "field" },
          element("span", { title: words }, words),
          input,
        );
      }));
    }
    [...fields.querySelectorAll("input")].forEach((input, i) => {
      if (document.activeElement !== input) {
        input.value = String(
          Number((i === inputs ? bias[j] : weights[i * units + j]).toPrecision(5)),
        );
      }
    });
    if (page.selection.focusWeight !== null) {
      fields.querySelectorAll("input")[page.selection.focusWeight]?.focus();
      page.selection.focusWeight = null;
    }
  }
  return { node, update };
}

/** @param {Page} page @returns {Panel} */
export function tracePanel(page) {
  const subject = element("h2", { class: "subject" });
  const said = element("span", { class: "sr-only" }), told = element("span"); // said above
  const note = element("p", { class: "note" }, said, told);
  const bars = element("div", { class: "bars" }), body = element("div", { class: "trace" });
  const sums = element("div", { class: "sums", hidden: true }, body);
  const open = element("button", {
    type: "button",
    id: "sums",
    "aria-expanded": "false",
    onclick: () => {
      sums.hidden = !sums.hidden;
      open.setAttribute("aria-expanded", String(!sums.hidden));
      setText(open, sums.hidden ? "Show the sums" : "Hide the sums");
      shownView = null;
      page.changed();
    },
  }, "Show the sums");
  const node = element(
    "section",
    { class: "panel point", "aria-label": "One point, number by number" },
    element("header", {}, subject, open),
    note,
    bars,
    sums,
  );
  /** @type {View | null} */ let shownView = null;
  /** @type {number | null} */ let shownPoint = null;
  /** @type {Look | null} */ let shownLook = null;
  let named = "";

  /** @param {View} view */
  function update(view) {
    const { data, look } = page, point = page.selection.pointShown(view);
    if (point === shownPoint && view === shownView && look === shownLook) return;
    [shownPoint, shownView, shownLook] = [point, view, look];
    const own = data.labels[point];
    const [name, words] = pointWords(page, view, point), now = `${name} ${own} ${look.name}`;
    if (now !== named) {
      named = now;
      subject.replaceChildren(
        `${pointName(data, point)} of `,
        markerPicture(look, own),
        cutName(data.classNames[own]),
      );
    }
    setText(said, name);
    setText(told, words + (page.selection.litPoint() === null ? " The closest call." : ""));
    showBars(page, view, point, bars);
    if (!sums.hidden) body.replaceChildren(...traceSteps(page, view, point));
  }
  return { node, update };
}

/**
 * A point's probabilities, a bar each, in place as long as the classes stay.
 * @param {Page} page @param {View} view @param {number} point @param {HTMLElement} bars
 */
function showBars({ data, look }, view, point, bars) {
  const { classes } = view, key = JSON.stringify([data.classNames, look.name]);
  if (bars.dataset.of !== key) {
    bars.dataset.of = key;
    bars.classList.toggle("two", classes > 5 && classes <= 10); // columns
    bars.classList.toggle("many", classes > 10);
    const widest = Math.max(SHORTEST_NAME, ...data.classNames.map(remsOf));
    bars.style.setProperty("--name", `${Math.min(LONGEST_NAME, widest)}rem`);
    bars.replaceChildren(...data.classNames.map((name, k) => {
      const fill = element("i", { class: "fill" });
      fill.style.background = look.classes[k];
      return element(
        "div",
        { class: "probability" },
        markerPicture(look, k),
        element("span", { class: "name", title: name, dir: "auto" }, name),
        element("span", { class: "rail" }, fill),
        element("span"),
      );
    }));
  }
  [...bars.children].forEach((bar, k) => {
    const p = view.probabilities[point * classes + k], [, , rail, words] = bar.children;
    bar.classList.toggle("won", k === view.predicted[point]);
    /** @type {HTMLElement} */ (rail.firstChild).style.width = `${100 * p}%`;
    setText(words, percentage(p));
  });
}

const NUMBERS_SHOWN = 12;
const SHORTEST_NAME = 5.5, LONGEST_NAME = 13; // rem

/** @param {Page} page @param {View} view @param {number} point */
function traceSteps(page, view, point) {
  const { data } = page, { network } = view, last = network.layers.length - 1;
  const x = data.points.subarray(point * data.features, (point + 1) * data.features);
  const steps = [
    traceRow("x", [...x].map((value, i) => [data.featureNames[i], shortNumber(value)])),
  ];
  network.layers.forEach((layer, l) => {
    const { z, a } = view.passes[l], at = point * layer.units;
    const name = (/** @type {number} */ j) => l === last ? data.classNames[j] : `unit ${j}`;
    /** @param {ArrayLike<number>} values @returns {[string, string][]} */
    const list = (values) =>
      Array.from({ length: layer.units }, (_, j) => [name(j), shortNumber(values[at + j])]);
    if (l === 0 && layer.inputs <= 3) steps.push(...sums(layer, x, name, z, at));
    else steps.push(traceRow(l === last ? "logits" : `z, layer ${l + 1}`, list(z)));
    if (l < last) steps.push(traceRow(`a = ${layer.activation}(z)`, list(a)));
    else if (l === 0) steps.push(traceRow("logits", list(z)));
  });
  return steps;
}

/** @param {string} name @param {[string, string][]} values */
function traceRow(name, values) {
  const shown = values.slice(0, NUMBERS_SHOWN).map(([words, value]) =>
    element("span", { class: "number", title: words }, element("small", {}, words), value)
  );
  return element(
    "div",
    { class: "step" },
    element("b", {}, name),
    element(
      "div",
      { class: "numbers" },
      ...shown,
      values.length > NUMBERS_SHOWN
        ? element("small", {}, `and ${values.length - NUMBERS_SHOWN} more`)
        : null,
    ),
  );
}

/**
 * @param {Layer} layer
 * @param {ArrayLike<number>} x
 * @param {(j: number) => string} name
 * @param {ArrayLike<number>} z
 * @param {number} at
 */
function sums(layer, x, name, z, at) {
  return Array.from({ length: Math.min(layer.units, NUMBERS_SHOWN) }, (_, j) => {
    const terms = Array.from(
      { length: layer.inputs },
      (_, i) => `${shortNumber(layer.weights[i * layer.units + j])} · ${shortNumber(x[i])}`,
    );
    return element(
      "div",
      { class: "step" },
      element("b", {}, `z, ${name(j)}`),
      element(
        "code",
        {},
        `${terms.join(" + ")} + ${shortNumber(layer.bias[j])} = ${shortNumber(z[at + j])}`,
      ),
    );
  });
}
