// @ts-check
/** The main map: decision regions with their boundary, or one unit enlarged; points on top. */

import { paintClasses, paintRising, paintSigned } from "../pure/colors.js";
import { counted } from "../pure/data.js";
import { scaleTop } from "../pure/ticks.js";
import {
  checkbox,
  choice,
  cutName,
  element,
  iconButton,
  numbered,
  setOptions,
  setText,
} from "./elements.js";
import { largestSize } from "../pure/view.js";
import { Chart } from "./canvas.js";
import { compareBox, drawDifferences, wordsOfComparison } from "./comparison.js";
import { chartPicture, exportedPicture } from "./pictures.js";
import { drawPoints } from "./points.js";
import { editable } from "./editing.js";
import { nameUnitLines, roomyPlaces } from "./places.js";
import { drawLegend } from "./legend.js";
import { toolsOf } from "./tools.js";
import { unitFormula } from "./words.js";

/** @import { Page, Panel } from "../page/page.js" */
/** @import { UnitPlace } from "../page/selection.js" */
/** @import { Look } from "../pure/colors.js" */
/** @import { Geometry } from "../pure/geometry.js" */
/** @import { View } from "../pure/view.js" */

const KEYS_OF_POINTS = "Keys: full stop and comma choose a point, arrows move it, " +
  "digits relabel it, Delete erases it, Enter adds one.";
const MANY_REGIONS = 400; // beyond, their lines would cover the picture

/**
 * @param {Page} page
 * @returns {Panel}
 */
export function regionsPanel(page) {
  const chart = new Chart({ id: "regions", tabindex: "0", role: "application" }, {
    axes: true,
  });
  const title = element("h2", {}, "Decision map");
  const note = element("span", { class: "note" });
  const legend = element("span", { class: "scale" });
  const controls = mapControls(page), tools = toolsOf(page);
  const node = element(
    "section",
    { class: "panel main-map", "aria-label": "Decision regions" },
    element(
      "header",
      {},
      title,
      controls.close,
      tools.modes,
      element("span", {}, tools.undo, tools.redo),
    ),
    element("div", { class: "plane" }, chart.canvas),
    element("div", { class: "under" }, tools.chips, ...controls.nodes),
    element("div", { class: "legend" }, legend, note),
  );
  /** @type {Map<number, [number, number]>} */
  let places = new Map();
  const where = () => page.dataset.where();
  editable(chart, page, where);

  /** @param {View} view */
  function update(view) {
    const { look } = page, unit = page.selection.litUnit(view);
    controls.update();
    tools.update();
    node.classList.toggle("planed", !view.plane.plain);
    setText(title, unit ? page.unitName(...unit) : "Decision map");
    setText(note, unit ? unitFormula(page, view, unit[0], unit[1]) : noteOfMap(page, view));
    note.title = note.textContent ?? "";
    const { length: n } = page.data.labels;
    chart.canvas.setAttribute(
      "aria-label",
      `The data: ${counted(n)} points of ${view.classes} classes. ${KEYS_OF_POINTS}`,
    );
    if (!chart.begin(view.window, look)) return;
    const shown = { unit, gapTop: 1 };
    if (unit) drawUnit(chart, page, view, unit);
    else {
      shown.gapTop = drawDecision(chart, page, view);
      places = nameRegions(chart, page, view, places);
    }
    drawLegend(legend, page, view, shown);
    drawPoints(chart, page, view, where(), { wrong: !unit, counts: true });
    chart.axes(view.plane.names, look, view.data.features === 1);
  }

  return {
    node,
    update,
    exported: exportedPicture(
      "Decision regions, or the unit enlarged",
      "regions",
      () => chartPicture(chart, page, update),
    ),
  };
}

/**
 * Each class's name where its region and its points leave room, and the unit lines' names.
 * @param {Chart} chart @param {Page} page @param {View} view
 * @param {Map<number, [number, number]>} before where the names were
 */
function nameRegions(chart, page, view, before) {
  const names = page.data.classNames.map(cutName),
    moving = page.dataset.dragging ||
      page.playback.playing;
  const places = roomyPlaces(chart, view, page.dataset.where(), names, before, moving);
  const plates = [...places].map(([label, [x, y]]) => ({
    name: names[label],
    x: chart.toX(x),
    y: chart.toY(y),
  }));
  if (page.state.view === "hard" && page.selection.unitLines) {
    nameUnitLines(chart, page, view, plates.map(({ name, x, y }) => chart.around(name, x, y)));
  }
  for (const { name, x, y } of plates) chart.plate(name, x, y, page.look);
  return places;
}

/** What the map shows, and the way back from a unit. @param {Page} page */
function mapControls(page) {
  const views = choice(
    [["hard", "Classes"], ["probability", "Probability"], ["logit", "Logits"]],
    page.state.view,
    (view) => page.show({ view }),
    { "aria-label": "What the map shows", id: "view" },
  );
  const which = choice([["-1", "all classes"]], "-1", (k) => page.selection.showClass(Number(k)), {
    "aria-label": "Class of the map",
    id: "view-class",
  });
  const lines = checkbox("unit lines", (on) => page.selection.showUnitLines(on), "show-lines");
  lines.box.checked = true;
  const compare = compareBox(page);
  const close = iconButton(
    "Back to the decision regions",
    "×",
    () => page.selection.chooseUnit(null),
  );

  function update() {
    setOptions(
      which,
      [["-1", "all classes"], ...numbered(page.data.classNames)],
      String(page.selection.shownClass),
    );
    views.value = page.state.view;
    compare.update();
    which.hidden = page.state.view === "hard";
    const pinned = !!page.selection.pinnedUnit; // each keeps its place while it is not seen
    for (const one of [views, which]) one.style.visibility = pinned ? "hidden" : "";
    close.style.visibility = pinned ? "" : "hidden";
  }
  return { close, nodes: [views, which, lines.node, compare.node], update };
}

/**
 * Regions, how sure the network is there, or its logits, with the decision boundary.
 * @param {Chart} chart
 * @param {Page} page
 * @param {View} view
 * @returns {number} the gap to the second logit that full colour stands for
 */
function drawDecision(chart, page, view) {
  const { look, state } = page, { geometry } = view;
  let gapTop = 1;
  if (state.view === "hard") {
    chart.clip();
    drawCells(chart, geometry, look);
    if (page.selection.unitLines && geometry.regions <= MANY_REGIONS) {
      drawUnitLines(chart, page, view);
    }
    chart.unclip();
  } else {
    gapTop = drawSoft(chart, page, view);
  }
  chart.clip();
  chart.segments(geometry.boundary, look.line, 2);
  chart.unclip();
  drawDifferences(chart, page, view);
  return gapTop;
}

/**
 * The cells, a class at a time.
 * @param {Chart} chart @param {Geometry} geometry @param {Look} look
 */
export function drawCells(chart, { cells }, look) {
  look.tints.forEach((tint, k) => {
    const own = cells.filter(({ label }) => label === k).map(({ polygon }) => polygon);
    if (own.length) chart.polygons(own, tint);
  });
}

/** @param {Chart} chart @param {Page} page @param {View} view */
function drawUnitLines(chart, page, view) {
  chart.segments(view.geometry.unitLines.slice(0, -1).flat(2), page.look.muted, 1, [4, 3]);
}

/**
 * Colours of how sure the network is.
 * @param {Chart} chart
 * @param {Page} page
 * @param {View} view
 * @returns {number} the gap to the second logit that full colour stands for
 */
function drawSoft(chart, page, view) {
  const { look, state } = page, { shownClass } = page.selection;
  const { maps } = view, { side, classes, logits } = maps;
  const image = new ImageData(side, side);
  let top = 1;
  if (state.view === "logit" && shownClass >= 0) {
    paintSigned(
      logits,
      shownClass,
      classes,
      page.scales.of(view, view.network.layers.length - 1, shownClass),
      look,
      image.data,
      true,
    );
  } else if (shownClass >= 0) {
    paintRising(
      view.probabilityGrid,
      shownClass,
      classes,
      1,
      look.backgroundColor,
      look.classColors[shownClass],
      image.data,
    );
  } else if (state.view === "probability") {
    const map = view.probabilityGrid;
    paintClasses(
      maps.winners,
      (i) => Math.max(0, (map[i * classes + maps.winners[i]] - 1 / classes) / (1 - 1 / classes)),
      look,
      image.data,
    );
  } else {
    const gaps = gapsOf(logits, maps.winners, classes);
    top = scaleTop(largestSize(gaps, 0, 1));
    paintClasses(maps.winners, (i) => Math.min(1, gaps[i] / top), look, image.data);
  }
  chart.image(image);
  return top;
}

/** @param {Chart} chart @param {Page} page @param {View} view @param {UnitPlace} unit */
function drawUnit(chart, page, view, [layer, j]) {
  const { look } = page, { maps } = view, last = layer === view.network.layers.length - 1;
  const units = view.network.layers[layer].units, image = new ImageData(maps.side, maps.side);
  paintSigned(
    last ? maps.passes[layer].z : maps.passes[layer].a,
    j,
    units,
    page.scales.of(view, layer, j),
    look,
    image.data,
    last,
  );
  chart.image(image);
  const line = view.geometry.unitLines[layer] && view.geometry.unitLines[layer][j];
  chart.clip();
  if (line) chart.segments(line, look.line, 2);
  chart.unclip();
}

/** @param {Page} page @param {View} view */
const noteOfMap = (page, view) => wordsOfComparison(page, view) || noteOfRegions(page, view);

/** @param {Page} page @param {View} view */
function noteOfRegions(page, view) {
  const { geometry } = view,
    n = view.predicted.length,
    held = view.plane.plain ? "" : `Shown: ${view.plane.words}; ` +
      `the ground agrees with the network at ${counted(view.agreeing)} of ${counted(n)} points. `;
  const absent = page.data.classNames.filter((_, k) =>
    !geometry.cells.some((cell) => cell.label === k)
  );
  const missing = absent.length
    ? ` No region in this window: ${absent.map(cutName).join(", ")}.`
    : "";
  return held +
    (geometry.exact
      ? `Exact: ${counted(geometry.regions)} activation ${
        geometry.regions === 1 ? "region" : "regions"
      }.`
      : `Sampled on ${geometry.side} × ${geometry.side} points.`) +
    missing;
}

/**
 * How far the largest logit of each row is above the second.
 * @param {ArrayLike<number>} logits @param {ArrayLike<number>} winners @param {number} classes
 */
function gapsOf(logits, winners, classes) {
  const gaps = new Float64Array(winners.length);
  for (let i = 0; i < winners.length; i++) {
    let second = -Infinity;
    for (let k = 0; k < classes; k++) {
      if (k !== winners[i]) second = Math.max(second, logits[i * classes + k]);
    }
    gaps[i] = logits[i * classes + winners[i]] - second;
  }
  return gaps;
}
