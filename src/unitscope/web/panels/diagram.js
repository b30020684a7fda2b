// @ts-check
/** The network from left to right: units as live maps, links by size and sign of the weight. */

import { paintSigned } from "../pure/colors.js";
import { element, remsOf, setText, shortNumber, svgElement } from "./elements.js";
import { Chart } from "./canvas.js";
import { keyRow } from "./key.js";
import { markerPicture } from "./markers.js";
import { layerStepper, unitStepper } from "./steppers.js";
import { drawLinks, offUnits } from "./links.js";
import { drawnAsSvg, exportedPicture, svgDocument, svgWords } from "./pictures.js";

/** @import { Page, Panel } from "../page/page.js" */
/** @import { View } from "../pure/view.js" */

const INPUTS_SHOWN = 16; // the rest is counted
const ROOMY = 5; // units of a layer: with more, all maps are small
const ROOM_WIDE = 23, ROOM_HIGH = 16; // rem: about the room of the maps of hidden units
const GAP_OF_LAYERS = 2.5; // rem between two layers
const LARGEST = 4.5; // rem of a map among many
const MAPS_AT_ONCE = 24; // drawn in a frame
const BESIDE_LAYERS = 200, LAYERS_HEAD = 92; // CSS pixels: inputs and outputs, a layer's head

/** @typedef {ReturnType<typeof buildUnit>} Unit */
/** @typedef {{units: Unit[][], inputs: HTMLElement[], columns: HTMLElement}} Built */
/** @import { LinkEnds } from "./links.js" */

/**
 * @param {Page} page
 * @returns {Panel}
 */
export function diagramPanel(page) {
  const links = svgElement("svg", { class: "links", "aria-hidden": "true" });
  const columns = element("div", { class: "columns" });
  const stage = element("div", { class: "stage" }, links, columns);
  const keys = keyRow(page), depth = layerStepper(page), paintInTurns = turns(page);
  const node = element(
    "section",
    { class: "panel diagram", "aria-label": "Network" },
    stage,
    keys.node,
  );
  /** @type {Built} */
  let built = { units: [], inputs: [], columns };
  /** @type {LinkEnds | null} */
  let places = null;
  let key = "";

  /** @param {View} view */
  function update(view) {
    if (key && !places) places = placesOf(stage, built); // before anything on the page is changed
    const now = JSON.stringify([
      view.network.features,
      view.network.layers.map(({ units, activation }) => [units, activation]),
      page.data.classNames,
      page.data.featureNames,
      page.look.name,
    ]);
    if (now !== key) {
      for (const unit of built.units.flat()) unit.chart.close();
      key = now;
      const focused = document.activeElement?.ariaLabel;
      built = build(page, view, columns, depth.node);
      places = null;
      if (focused && document.activeElement === document.body) {
        [...columns.querySelectorAll("button")].find((one) => one.ariaLabel === focused)?.focus();
      }
    }
    depth.update(view.network.layers.length - 1);
    keys.update(view);
    paintInTurns(
      built.units.flatMap((units, layer) =>
        units.map((unit, j) => () => paintUnit(page, view, unit, layer, j))
      ),
    );
    if (places) drawLinks(page, view, links, places);
  }
  stage.addEventListener("chartfit", () => {
    places = null;
  });
  const resized = new ResizeObserver(() => {
    places = null;
    page.changed();
  });
  resized.observe(columns);
  new ResizeObserver(([{ contentRect: { width, height } }]) => {
    columns.style.setProperty("--wide", `${width}px`);
    columns.style.setProperty("--high", `${height}px`);
    crowd(columns, width);
  }).observe(stage);
  return {
    node,
    update,
    exported: exportedPicture("Network", "network", () => picture(page, links, built)),
  };
}

/** Paints as many maps as a frame has room for, and the others in the next. @param {Page} page */
function turns(page) {
  let turn = 0, later = 0;
  /** @param {(() => void)[]} all @param {number} left */
  function paint(all, left = all.length) {
    cancelAnimationFrame(later);
    const most = page.printing ? left : Math.min(MAPS_AT_ONCE, left);
    for (let k = 0; k < most; k++) all[turn++ % all.length]();
    const more = () => page.fits() && paint(all, left - most); // else another network comes
    if (left > most) later = requestAnimationFrame(more);
  }
  return paint;
}

/**
 * The diagram as one picture, from where its parts stand.
 * @param {Page} page
 * @param {SVGSVGElement} links
 * @param {Built} built
 */
function picture(page, links, { columns, units, inputs }) {
  const { look, view } = page, origin = columns.getBoundingClientRect();
  const place = (/** @type {Element} */ part) => {
    const { left, top, width, height } = part.getBoundingClientRect();
    return { x: left - origin.left, y: top - origin.top, width, height };
  };
  const frame = (/** @type {Element} */ part) =>
    svgElement("rect", { ...place(part), rx: 6, fill: look.background, stroke: look.muted });
  const words = (/** @type {HTMLElement} */ part, weight = 400) => {
    const { x, y, width, height } = place(part);
    return width
      ? svgWords(part.textContent ?? "", x + width / 2, y + height / 2, look.text, { weight })
      : svgElement("g");
  };
  return svgDocument(
    columns.offsetWidth,
    columns.offsetHeight,
    look.background,
    ...[...links.children].map((path) =>
      svgElement("path", {
        d: path.getAttribute("d"),
        fill: "none",
        stroke: path.getAttribute("stroke"),
        "stroke-width": path.getAttribute("stroke-width"),
        opacity: 0.75,
      })
    ),
    ...[...columns.querySelectorAll(".head")].flatMap((head) => {
      const middle = place(head).x + place(head).width / 2;
      return [
        svgWords(seenText(head.firstChild), middle, 10, look.text, { weight: 600 }),
        svgWords(head.querySelector("small")?.textContent ?? "", middle, 26, look.muted, {
          size: 10,
        }),
      ];
    }),
    ...inputs.flatMap((input) => [frame(input), words(input)]),
    ...units.flatMap((layer, l) =>
      layer.flatMap((unit, j) => {
        const { x, y } = place(unit.chart.canvas),
          map = svgElement(
            "g",
            { transform: `translate(${x} ${y})` },
            drawnAsSvg(unit.chart, () => view && paintUnit(page, view, unit, l, j)),
          );
        return [frame(unit.button), map, words(unit.name, 600), words(unit.bias)];
      })
    ),
  );
}

/**
 * @param {Page} page @param {View} view @param {HTMLElement} columns
 * @param {HTMLElement} depth where layers are added and removed
 * @returns {Built}
 */
function build(page, view, columns, depth) {
  const { network } = view;
  const inputs = page.data.featureNames.slice(0, INPUTS_SHOWN).map((name) =>
    element("span", { class: "input", title: name, dir: "auto" }, name)
  );
  const units = network.layers.map((layer, l) =>
    Array.from({ length: layer.units }, (_, j) => buildUnit(page, l, j))
  );
  columns.replaceChildren(
    element(
      "div",
      { class: "column" },
      element("div", { class: "head" }, "Inputs"),
      ...inputs,
      moreWords(network.features),
    ),
    ...network.layers.flatMap((layer, l) => {
      const last = l === network.layers.length - 1;
      const head = last
        ? element("div", { class: "head" }, "Outputs", element("small", {}, "logits, one a class"))
        : element(
          "div",
          { class: "head" },
          element("span", {}, element("span", { class: "word" }, "Layer "), String(l + 1)),
          element("br"),
          element("span", { class: "count" }, ...unitStepper(page, l, layer.units)),
        );
      const column = element(
        "div",
        { class: "column" },
        head,
        element(
          "div",
          { class: last ? "outputs" : "units" },
          ...units[l].map(({ button }) => button),
        ),
      );
      return last ? [depth, column] : [column];
    }),
  );
  const counts = units.map((layer) => layer.length), hidden = counts.slice(0, -1);
  const small = Math.max(...hidden, inputs.length) > ROOMY || counts[hidden.length] > 2 * ROOMY;
  const rows = small ? bestRows(hidden) : Math.max(1, ...hidden);
  const across = hidden.reduce((sum, count) => sum + Math.ceil(count / rows), 0);
  columns.classList.toggle("deep", counts.length > 2);
  columns.classList.toggle("small", small);
  columns.classList.toggle("tiny", rows > 10);
  columns.classList.toggle("many-inputs", inputs.length > 8);
  columns.classList.toggle("narrow", across < 2); // which leaves names room
  columns.style.setProperty("--outputs", String(counts[hidden.length]));
  columns.style.setProperty("--hidden", String(rows));
  columns.style.setProperty("--across", String(Math.max(1, across)));
  columns.style.setProperty("--gaps", String(hidden.length + 1));
  const input = Math.max(...inputs.map(({ textContent }) => 1 + remsOf(textContent ?? "")));
  columns.style.setProperty("--input", `${input}rem`);
  crowd(columns, parseFloat(columns.style.getPropertyValue("--wide")) || Infinity);
  return { units, inputs, columns };
}

/** What is seen of a text. @param {Node | null} part */
function seenText(part) {
  return part instanceof HTMLElement ? part.innerText : part?.textContent ?? "";
}

/**
 * Where many layers stand close, their heads say no more than their numbers.
 * @param {HTMLElement} columns @param {number} wide CSS pixels of the stage
 */
function crowd(columns, wide) {
  const layers = Number(columns.style.getPropertyValue("--gaps")) - 1;
  const crowded = columns.classList.contains("small") &&
    (wide - BESIDE_LAYERS) / layers < LAYERS_HEAD;
  columns.classList.toggle("crowded", crowded);
}

/** How many maps above each other leave each the most room. @param {number[]} counts */
function bestRows(counts) {
  let best = 1, most = 0;
  for (let rows = 1; rows <= Math.max(1, ...counts); rows++) {
    const across = counts.reduce((sum, count) => sum + Math.ceil(count / rows), 0);
    const side = Math.min(
      LARGEST,
      ROOM_HIGH / rows,
      (ROOM_WIDE - GAP_OF_LAYERS * counts.length) / across,
    );
    if (side >= most) [best, most] = [rows, side];
  }
  return best;
}

/** @param {number} count */
function moreWords(count) {
  return count > INPUTS_SHOWN
    ? element("small", { class: "muted" }, `and ${count - INPUTS_SHOWN} more`)
    : null;
}

/** @param {Page} page @param {number} layer @param {number} j */
function buildUnit(page, layer, j) {
  const last = layer === page.run.layers.length - 1;
  const chart = new Chart({ class: "unit-map", "aria-hidden": "true" });
  const name = element("span", { dir: last ? "auto" : null }),
    bias = element("span", { class: "bias" });
  const button = element(
    "button",
    {
      type: "button",
      class: last ? "unit of-output" : "unit",
      id: `unit-${layer}-${j}`,
      "aria-pressed": "false",
      onclick: () => page.selection.chooseUnit([layer, j]),
      onpointerenter: () => page.selection.hoverUnit([layer, j]),
      onpointerleave: () => page.selection.hoverUnit(null),
      onfocus: () => page.selection.hoverUnit([layer, j]),
      onblur: () => page.selection.hoverUnit(null),
    },
    chart.canvas,
    element(
      "span",
      { class: "unit-name" },
      last ? markerPicture(page.look, j) : element("span", { class: "word" }, "unit "),
      name,
    ),
    bias,
  );
  return { button, chart, name, bias, image: new ImageData(1, 1) };
}

/**
 * @param {Page} page
 * @param {View} view
 * @param {Unit} unit
 * @param {number} layer
 * @param {number} j
 */
function paintUnit(page, view, unit, layer, j) {
  const { look } = page, { maps } = view, last = layer === view.network.layers.length - 1;
  const lit = page.selection.isLit(view, [layer, j]), pinned = page.selection.pinnedUnit;
  unit.button.classList.toggle("lit", lit);
  unit.button.setAttribute(
    "aria-pressed",
    String(!!pinned && pinned[0] === layer && pinned[1] === j),
  );
  const words = page.unitName(layer, j), bias = view.network.layers[layer].bias[j];
  const dead = !last && offUnits(view, layer).has(j);
  setText(unit.name, last ? page.data.classNames[j] : String(j));
  setText(unit.bias, dead ? "always off" : `bias ${tinyNumber(bias)}`);
  unit.button.classList.toggle("dead", dead);
  const valued = page.selection.litPoint();
  const value = valued === null
    ? null
    : view.passes[layer].a[valued * view.network.layers[layer].units + j];
  if (value !== null) setText(unit.bias, tinyNumber(value));
  unit.bias.classList.toggle("value", value !== null);
  unit.button.setAttribute(
    "aria-label",
    `${words}, bias ${shortNumber(bias)}${
      value === null ? "" : `, ${shortNumber(value)} at the point chosen`
    }`,
  );
  unit.button.title = dead ? `${words}: off at every point` : words;
  if (!unit.chart.begin(view.window, look)) return;
  if (unit.image.width !== maps.side) unit.image = new ImageData(maps.side, maps.side);
  paintSigned(
    last ? maps.passes[layer].z : maps.passes[layer].a,
    j,
    view.network.layers[layer].units,
    page.scales.of(view, layer, j),
    look,
    unit.image.data,
    last,
  );
  unit.chart.image(unit.image);
  const line = view.geometry.unitLines[layer] && view.geometry.unitLines[layer][j];
  if (line) unit.chart.segments(line, look.line, 1.2);
}

/**
 * A number in the little room under a map; its full digits are said elsewhere.
 * @param {number} value
 */
const tinyNumber = (value) =>
  Math.abs(value) < 1e4
    ? value.toFixed(Math.abs(value) < 100 ? 2 : 0).replace(/^-(?=0\.00$)/, "").replace("-", "−")
    : shortNumber(value, 2);

/** @param {HTMLElement} stage @param {Built} built @returns {LinkEnds} */
function placesOf(stage, built) {
  const box = stage.getBoundingClientRect();
  const place = (/** @type {HTMLElement} */ part) => {
    const here = part.getBoundingClientRect();
    return {
      left: here.left - box.left + stage.scrollLeft,
      right: here.right - box.left + stage.scrollLeft,
      y: (here.top + here.bottom) / 2 - box.top + stage.scrollTop,
    };
  };
  const columns = [
    built.inputs.map(place),
    ...built.units.map((units) => units.map((unit) => place(unit.chart.canvas))),
  ];
  return { wide: built.columns.offsetWidth, high: built.columns.offsetHeight, columns };
}
