// @ts-check
/** The main map: decision regions with their boundary, or one unit enlarged; points on top, to be dragged. */

import { paintClasses, paintRising, paintSigned, scaleTop } from "../pure/colors.js";
import { choice, cutName, element, iconButton, setOptions, setText } from "./elements.js";
import { largestSize } from "../pure/view.js";
import { Chart } from "./canvas.js";
import { chartPicture, exportedPicture } from "./pictures.js";
import { drawPoints } from "./points.js";
import { editable } from "./editing.js";
import { roomyPlaces } from "./places.js";
import { drawLegend } from "./legend.js";
import { unitFormula } from "./words.js";

const MANY_REGIONS = 400; // beyond, their lines would cover the picture

/**
 * @param {any} page
 * @returns {import("../page/page.js").Panel}
 */
export function regionsPanel(page) {
  const chart = new Chart({ class: "plane", id: "regions", tabindex: "0", role: "application" }, {
    axes: true,
  });
  const title = element("h2", {}, "Decision regions");
  const note = element("p", { class: "note" });
  const legend = element("div", { class: "legend" });
  const views = choice(
    [["hard", "Classes"], ["probability", "Probability"], ["logit", "Logits"]],
    page.state.view,
    (view) => page.change({ view }),
    { "aria-label": "What the map shows", id: "view" },
  );
  const which = choice([["-1", "all classes"]], "-1", (k) => page.showClass(Number(k)), {
    "aria-label": "Class of the map",
    id: "view-class",
  });
  const lines = element("input", {
    type: "checkbox",
    id: "show-lines",
    onchange: () => page.mark("lines", lines.checked),
  });
  lines.checked = true;
  const close = iconButton("Back to the decision regions", "×", () => page.chooseUnit(null), {
    hidden: true,
  });
  const node = element(
    "section",
    { class: "panel main-map", "aria-label": "Decision regions" },
    element(
      "header",
      {},
      title,
      close,
      views,
      which,
      element("label", { class: "check" }, lines, "unit lines"),
    ),
    chart.canvas,
    legend,
    note,
  );
  /** @type {Map<number, [number, number]>} */
  let places = new Map();
  editable(
    chart,
    page,
    () => ({ rows: page.data.points, width: page.data.features, axes: page.axes }),
  );

  /** @param {any} view */
  function update(view) {
    const { look } = page, unit = page.litUnit();
    setOptions(which, [
      ["-1", "all classes"],
      ...page.data.classNames.map((
        /** @type {string} */ name,
        /** @type {number} */ k,
      ) => [String(k), name]),
    ], String(page.shownClass));
    views.value = page.state.view;
    which.hidden = page.state.view === "hard" || !!page.pinnedUnit;
    views.hidden = !!page.pinnedUnit;
    close.hidden = !page.pinnedUnit;
    setText(title, unit ? page.unitName(...unit) : "Decision regions");
    setText(note, unit ? unitFormula(page, view, unit[0], unit[1]) : noteOf(view));
    if (!chart.begin(view.window, look)) return;
    if (unit) drawUnit(view, unit);
    else drawDecision(view);
    drawPoints(chart, page, {
      rows: page.data.points,
      width: page.data.features,
      axes: page.axes,
      predicted: unit ? null : view.predicted,
      counts: true,
    });
    chart.axes(page.axisNames(), look);
  }

  /** @param {any} view */
  function drawDecision(view) {
    const { look, state } = page, { geometry } = view;
    if (state.view === "hard") {
      chart.clip();
      for (const cell of geometry.cells) chart.polygon(cell.polygon, look.tintOf[cell.label]);
      if (page.marks.lines && geometry.regions <= MANY_REGIONS) drawUnitLines(view);
      chart.unclip();
    } else {
      drawSoft(view);
    }
    chart.clip();
    chart.segments(geometry.boundary, look.line, 2);
    chart.unclip();
    nameRegions(view);
    drawLegend(legend, page, view);
  }

  /** @param {any} view */
  function drawUnitLines(view) {
    view.geometry.unitLines.slice(0, -1).forEach((/** @type {any[]} */ units) =>
      units.forEach((segments) => {
        chart.segments(segments, page.look.muted, 1, [4, 3]);
      })
    );
  }

  /** @param {any} view */
  function drawSoft(view) {
    const { look, state, shownClass } = page, { maps } = view, { side, classes, logits } = maps;
    const image = new ImageData(side, side);
    if (state.view === "logit" && shownClass >= 0) {
      paintSigned(
        logits,
        shownClass,
        classes,
        page.scaleOf(view, view.network.layers.length - 1, shownClass),
        look,
        image.data,
      );
    } else if (shownClass >= 0) {
      paintRising(
        page.probabilityMap(view),
        shownClass,
        classes,
        1,
        look.backgroundColor,
        look.classColors[shownClass],
        image.data,
      );
    } else if (state.view === "probability") {
      const map = page.probabilityMap(view);
      paintClasses(
        maps.winners,
        (i) => Math.max(0, (map[i * classes + maps.winners[i]] - 1 / classes) / (1 - 1 / classes)),
        look,
        image.data,
      );
    } else {
      const gaps = gapsOf(logits, maps.winners, classes), top = scaleTop(largestSize(gaps, 0, 1));
      page.gapTop = top;
      paintClasses(maps.winners, (i) => Math.min(1, gaps[i] / top), look, image.data);
    }
    chart.image(image);
  }

  /** @param {any} view @param {[number, number]} unit */
  function drawUnit(view, [layer, j]) {
    const { look } = page, { maps } = view, last = layer === view.network.layers.length - 1;
    const units = view.network.layers[layer].units, image = new ImageData(maps.side, maps.side);
    paintSigned(
      last ? maps.passes[layer].z : maps.passes[layer].a,
      j,
      units,
      page.scaleOf(view, layer, j),
      look,
      image.data,
    );
    chart.image(image);
    const line = view.geometry.unitLines[layer] && view.geometry.unitLines[layer][j];
    chart.clip();
    if (line) chart.segments(line, look.line, 2);
    chart.unclip();
    drawLegend(legend, page, view, [layer, j]);
  }

  /** Each class's name where its region and its points leave room. @param {any} view */
  function nameRegions(view) {
    const rows = { rows: page.data.points, width: page.data.features, axes: page.axes };
    places = roomyPlaces(
      chart,
      view,
      rows,
      page.data.classNames.map(cutName),
      places,
      page.dragging || page.playing,
    );
    for (const [label, [x, y]] of places) {
      chart.plate(cutName(page.data.classNames[label]), chart.toX(x), chart.toY(y), page.look);
    }
  }

  /** @param {any} view */
  function noteOf(view) {
    const { geometry } = view,
      held = view.at
        ? ` Shown: the plane of ${page.axisNames().join(" and ")}, other features at their medians.`
        : "";
    const absent = page.data.classNames.filter((/** @type {string} */ _, /** @type {number} */ k) =>
      !geometry.cells.some((/** @type {any} */ cell) => cell.label === k)
    );
    const missing = absent.length
      ? ` No region in this window: ${absent.map(cutName).join(", ")}.`
      : "";
    return (geometry.exact
      ? `Exact: ${geometry.regions} activation ${geometry.regions === 1 ? "region" : "regions"}.`
      : `Sampled on ${geometry.side} × ${geometry.side} points.`) + missing + held;
  }

  return {
    node,
    update,
    exported: exportedPicture(
      "Decision regions, or the unit enlarged",
      "regions",
      () => chartPicture(chart, page.look, () => update(page.view)),
    ),
  };
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
