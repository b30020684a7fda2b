// @ts-check
/** The network from left to right: units as live maps, links by size and sign of the weight. */

import { paintSigned } from "../pure/colors.js";
import { element, iconButton, setText, shortNumber, svgElement } from "./elements.js";
import { Chart } from "./canvas.js";
import { drawnAsSvg, exportedPicture, svgDocument, svgWords } from "./pictures.js";

/** @import { Page, Panel } from "../page/page.js" */
/** @import { View } from "../pure/view.js" */

const UNITS_SHOWN = 16; // of a layer; the rest is counted
const ROOMY = 8; // units of a layer: with more, all maps are small
const LINKS_SHOWN = 1200;

/** @typedef {ReturnType<typeof buildUnit>} Unit */
/** @typedef {{units: Unit[][], inputs: HTMLElement[], columns: HTMLElement}} Built */
/** @typedef {{left: number, right: number, y: number}} End where links begin or end */
/**
 * @typedef {{wide: number, high: number, columns: End[][]}} LinkEnds of the ends, column by column
 */
/**
 * @typedef {{d: string, weight: number, layer: number, i: number, j: number, width: number}} Link
 */

/**
 * @param {Page} page
 * @returns {Panel}
 */
export function diagramPanel(page) {
  const links = svgElement("svg", { class: "links", "aria-hidden": "true" });
  const columns = element("div", { class: "columns" });
  const stage = element("div", { class: "stage" }, links, columns);
  const count = element("span", { id: "layers-count" });
  const node = element(
    "section",
    { class: "panel diagram", "aria-label": "Network" },
    element(
      "header",
      {},
      element("h2", {}, "Network"),
      element(
        "span",
        { class: "muted grow" },
        "Each square is a unit: its output over the data's plane. Choose one to see its formula " +
          "and change its weights.",
      ),
      page.readOnly ? null : iconButton("Remove a hidden layer", "−", () => page.changeLayers(-1), {
        id: "remove-layer",
      }),
      count,
      page.readOnly
        ? null
        : iconButton("Add a hidden layer", "+", () => page.changeLayers(1), { id: "add-layer" }),
    ),
    stage,
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
      page.readOnly,
    ]);
    if (now !== key) {
      for (const unit of built.units.flat()) unit.chart.close();
      key = now;
      built = build(page, view, columns);
      places = null;
    }
    const hidden = view.network.layers.length - 1;
    setText(count, `${hidden} hidden ${hidden === 1 ? "layer" : "layers"}`);
    built.units.forEach((units, layer) =>
      units.forEach((unit, j) => paintUnit(page, view, unit, layer, j))
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
  return {
    node,
    update,
    exported: exportedPicture("Network", "network", () => picture(page, links, built)),
  };
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
        svgWords(head.firstChild?.textContent ?? "", middle, 10, look.text, { weight: 600 }),
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

/** @param {Page} page @param {View} view @param {HTMLElement} columns @returns {Built} */
function build(page, view, columns) {
  const { network } = view;
  const inputs = page.data.featureNames.slice(0, UNITS_SHOWN).map((name) =>
    element("span", { class: "input", title: name }, name)
  );
  const units = network.layers.map((layer, l) =>
    Array.from({ length: Math.min(layer.units, UNITS_SHOWN) }, (_, j) => buildUnit(page, l, j))
  );
  columns.replaceChildren(
    element(
      "div",
      { class: "column" },
      element("div", { class: "head" }, "Inputs"),
      ...inputs,
      moreWords(network.features),
    ),
    ...network.layers.map((layer, l) => {
      const last = l === network.layers.length - 1;
      const head = last
        ? element("div", { class: "head" }, "Outputs", element("small", {}, "logits, one a class"))
        : element(
          "div",
          { class: "head" },
          `Layer ${l + 1}`,
          element("small", {}, layer.activation),
          element(
            "span",
            { class: "count" },
            page.readOnly
              ? null
              : iconButton(`Remove a unit of layer ${l + 1}`, "−", () => page.changeUnits(l, -1)),
            ` ${layer.units} ${layer.units === 1 ? "unit" : "units"} `,
            page.readOnly
              ? null
              : iconButton(`Add a unit to layer ${l + 1}`, "+", () => page.changeUnits(l, 1)),
          ),
        );
      return element(
        "div",
        { class: "column" },
        head,
        ...units[l].map((unit) => unit.button),
        moreWords(layer.units),
      );
    }),
  );
  columns.classList.toggle(
    "small",
    Math.max(...units.map((layer) => layer.length), inputs.length) > ROOMY,
  );
  return { units, inputs, columns };
}

/** @param {number} count */
function moreWords(count) {
  return count > UNITS_SHOWN
    ? element("small", { class: "muted" }, `and ${count - UNITS_SHOWN} more`)
    : null;
}

/** @param {Page} page @param {number} layer @param {number} j */
function buildUnit(page, layer, j) {
  const chart = new Chart({ class: "unit-map", "aria-hidden": "true" });
  const name = element("span", { class: "unit-name" }), bias = element("span", { class: "bias" });
  const button = element(
    "button",
    {
      type: "button",
      class: "unit",
      id: `unit-${layer}-${j}`,
      "aria-pressed": "false",
      onclick: () => page.selection.chooseUnit([layer, j]),
      onpointerenter: () => page.selection.hoverUnit([layer, j]),
      onpointerleave: () => page.selection.hoverUnit(null),
      onfocus: () => page.selection.hoverUnit([layer, j]),
      onblur: () => page.selection.hoverUnit(null),
    },
    chart.canvas,
    name,
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
  setText(unit.name, last ? page.data.classNames[j] : `${j}`);
  setText(unit.bias, `b ${tinyNumber(bias)}`);
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
  unit.button.title = words;
  if (!unit.chart.begin(view.window, look)) return;
  if (unit.image.width !== maps.side) unit.image = new ImageData(maps.side, maps.side);
  paintSigned(
    last ? maps.passes[layer].z : maps.passes[layer].a,
    j,
    view.network.layers[layer].units,
    page.scales.of(view, layer, j),
    look,
    unit.image.data,
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
  Math.abs(value) < 10 ? shortNumber(Number(value.toFixed(2))) : shortNumber(value, 2);

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
    ...built.units.map((units) => units.map((unit) => place(unit.button))),
  ];
  return { wide: built.columns.offsetWidth, high: built.columns.offsetHeight, columns };
}

/** @param {Page} page @param {View} view @param {SVGSVGElement} links @param {LinkEnds} places */
function drawLinks(page, view, links, { wide, high, columns }) {
  if (links.getAttribute("viewBox") !== `0 0 ${wide} ${high}`) {
    links.setAttribute("viewBox", `0 0 ${wide} ${high}`);
    links.setAttribute("width", String(wide));
    links.setAttribute("height", String(high));
  }
  /** @type {Link[]} */
  const paths = [];
  for (let layer = 0; layer + 1 < columns.length; layer++) {
    const { weights, units } = view.network.layers[layer];
    let top = 0;
    for (let at = 0; at < weights.length; at++) top = Math.max(top, Math.abs(weights[at]));
    for (let i = 0; i < columns[layer].length; i++) {
      for (let j = 0; j < columns[layer + 1].length && paths.length < LINKS_SHOWN; j++) {
        const weight = weights[i * units + j],
          from = columns[layer][i],
          to = columns[layer + 1][j];
        paths.push({
          d: curveOf(from.right, from.y, to.left, to.y),
          weight,
          layer,
          i,
          j,
          width: top ? 0.4 + 4.6 * Math.abs(weight) / top : 0.4,
        });
      }
    }
  }
  while (links.childElementCount > paths.length) links.lastChild?.remove();
  while (links.childElementCount < paths.length) links.append(linkElement(page));
  paths.forEach((path, k) => {
    const made = links.children[k];
    if (linkOf.get(made)?.d !== path.d) made.setAttribute("d", path.d);
    made.setAttribute("stroke", path.weight < 0 ? page.look.negative : page.look.positive);
    made.setAttribute("stroke-width", path.width.toFixed(2));
    linkOf.set(made, path);
    setText(made.children[0], `weight ${shortNumber(path.weight)}: choose to change it`);
  });
}

/** From the right of a place to the left of another. @type {(...ends: number[]) => string} */
function curveOf(...ends) {
  const [x0, y0, x1, y1] = ends.map((end) => end.toFixed(1)),
    middle = ((ends[0] + ends[2]) / 2).toFixed(1);
  return `M${x0} ${y0}C${middle} ${y0} ${middle} ${y1} ${x1} ${y1}`;
}

/** What each path shows. @type {WeakMap<Element, Link>} */
const linkOf = new WeakMap();

/** @param {Page} page */
function linkElement(page) {
  const made = svgElement("path", {
    fill: "none",
    onclick: () => {
      const link = linkOf.get(made);
      if (link) page.selection.chooseUnit([link.layer, link.j], link.i);
    },
  }, svgElement("title"));
  return made;
}
