// @ts-check
/**
 * Where classes meet in a plane of smooth units, as Python's mesh has it: outputs are taken as
 * affine on the triangles of a grid, then the border's corners are moved onto the true one. Pure.
 */

import { classesOf, forwardPass } from "../pure/network.js";
import { addCells, areaOf } from "../pure/polygons.js";
import { upTo } from "./measures.js";

/** @import { Network } from "../pure/network.js" */
/** @import { Cells } from "../pure/polygons.js" */
/** @import { Window } from "../pure/scene.d.ts" */
/** @import { Border } from "./boundary.js" */
/** @import { Measured } from "./measures.js" */

const CELLS = 128; // of the mesh along each side
const ROOT_STEPS = 60;
const NEWTON_STEPS = 12;
const DIFFERENCE = 1e-6; // of a cell's side: the step of the differences that steer Newton
const MOST_OFF = 0.01; // shares on a grid may be off by this share of the window
const MOST_UNSEEN = 0.02; // this share of the border may have other classes beside it
const ON_EDGE = 1e-9; // of a triangle's height: nearer than this is on its edge
const GRID_LOOKED_AT = 48;

/**
 * A corner of the border: on the edge of the mesh from one vertex to another, `share` of the way,
 * or inside a triangle; and the classes around it. A place that was moved is in `x` and `y`.
 * @typedef {object} BorderCorner
 * @property {number} x
 * @property {number} y
 * @property {[number, number] | null} edge
 * @property {number[]} triangle its vertices
 * @property {number} share
 * @property {Set<number>} around
 */

/** @typedef {{one: BorderCorner, other: BorderCorner, left: number, right: number}} BorderPiece */

/** A network over the vertices of a mesh. */
class StoryMesh {
  /** @param {Network} network @param {Window} window @param {number} k */
  constructor(network, window, k) {
    this.network = network;
    this.window = window;
    this.k = k;
    this.across = CELLS + 1;
    const [xs, ys] = window.map(([low, high]) =>
      upTo(this.across).map((i) => i === CELLS ? high : low + i * ((high - low) / CELLS))
    );
    this.places = Float64Array.from(xs.flatMap((x) => ys.flatMap((y) => [x, y])));
    this.logits = this.logitsAt(this.places);
    let largest = 0;
    for (const value of this.logits) largest = Math.max(largest, Math.abs(value));
    this.noise = 4 * Number.EPSILON * largest;
    this.side = window.map(([low, high]) => (high - low) / CELLS);
    this.bound = Math.hypot(this.side[0], this.side[1]);
    /** @type {Map<string, BorderCorner>} */ this.corners = new Map();
    /** @type {BorderPiece[]} */ this.pieces = [];
    this.area = new Float64Array(k);
  }

  /** @param {ArrayLike<number>} places */
  logitsAt(places) {
    return forwardPass(this.network, places, places.length / 2)[this.network.layers.length - 1].a;
  }

  /** How far one class is above another at a place.
   * @param {number} x @param {number} y @param {number} one @param {number} other */
  gapAt(x, y, one, other) {
    const outputs = this.logitsAt([x, y]);
    return outputs[one] - outputs[other];
  }

  /** @param {number} vertex */
  placeOf(vertex) {
    return [this.places[2 * vertex], this.places[2 * vertex + 1]];
  }

  /** Cut every triangle by class. */
  cut() {
    const { across, k } = this, labels = classesOf(this.logits, across * across, k);
    const half = this.side[0] * this.side[1] / 2;
    for (let column = 0; column < CELLS; column++) {
      for (let row = 0; row < CELLS; row++) {
        const low = column * across + row, right = low + across;
        for (const triangle of [[low, right, right + 1], [low, right + 1, low + 1]]) {
          const [a, b, c] = triangle;
          if (labels[a] === labels[b] && labels[b] === labels[c]) this.area[labels[a]] += half;
          else this.cutTriangle(triangle);
        }
      }
    }
  }

  /** @param {number[]} triangle */
  cutTriangle(triangle) {
    const { k } = this, values = new Float64Array(3 * k);
    triangle.forEach((vertex, i) =>
      values.set(this.logits.subarray(vertex * k, (vertex + 1) * k), i * k)
    );
    /** @type {Cells} */ const found = { cells: [], boundary: [], boundaryClasses: [] };
    addCells(found, triangle.flatMap((vertex) => this.placeOf(vertex)), values, k);
    for (const { polygon, label } of found.cells) this.area[label] += areaOf(polygon);
    /** @type {BorderCorner[]} */ const inside = [];
    for (let s = 0; 2 * s < found.boundaryClasses.length; s++) {
      const [left, right] = found.boundaryClasses.slice(2 * s, 2 * s + 2);
      const [x0, y0, x1, y1] = found.boundary.slice(4 * s, 4 * s + 4);
      if (Math.hypot(x1 - x0, y1 - y0) < ON_EDGE * this.bound) continue;
      const one = this.cornerAt(x0, y0, triangle, inside, [left, right]);
      const other = this.cornerAt(x1, y1, triangle, inside, [left, right]);
      this.pieces.push({ one, other, left, right });
    }
  }

  /**
   * The corner at a place of a triangle: the same for the same place.
   * @param {number} x @param {number} y @param {number[]} triangle @param {BorderCorner[]} inside
   * @param {number[]} classes
   */
  cornerAt(x, y, triangle, inside, classes) {
    for (let i = 0; i < 3; i++) {
      const start = Math.min(triangle[i], triangle[(i + 1) % 3]),
        end = Math.max(triangle[i], triangle[(i + 1) % 3]);
      const [fromX, fromY] = this.placeOf(start), [toX, toY] = this.placeOf(end);
      const alongX = toX - fromX, alongY = toY - fromY, square = alongX ** 2 + alongY ** 2;
      const away = Math.abs(alongX * (y - fromY) - alongY * (x - fromX)) / square;
      if (away > ON_EDGE) continue;
      const share = ((x - fromX) * alongX + (y - fromY) * alongY) / square;
      const key = `${start} ${end} ${Math.round(share / ON_EDGE)}`, known = this.corners.get(key);
      const corner = known ??
        { x, y, edge: [start, end], triangle, share, around: new Set() };
      this.corners.set(key, corner);
      classes.forEach((label) => corner.around.add(label));
      return corner;
    }
    let corner = inside.find((one) => Math.hypot(one.x - x, one.y - y) < ON_EDGE * this.bound);
    if (!corner) {
      corner = { x, y, edge: null, triangle, share: 0, around: new Set() };
      inside.push(corner);
      this.corners.set(`${triangle.join()} ${inside.length}`, corner);
    }
    for (const label of classes) corner.around.add(label);
    return corner;
  }

  /** Move the border's corners onto the true border. */
  polish() {
    const corners = [...this.corners.values()];
    const onEdges = Map.groupBy(
      corners.filter(({ edge, around }) => edge && around.size === 2),
      ({ edge }) => String(edge),
    );
    for (const some of onEdges.values()) this.slide(some);
    for (const corner of corners) if (!corner.edge && corner.around.size === 3) this.gather(corner);
  }

  /** Move corners along their edge to where their classes tie; none passes another.
   * @param {BorderCorner[]} corners of one edge */
  slide(corners) {
    const [start, end] = corners[0].edge ?? [0, 0];
    const [fromX, fromY] = this.placeOf(start), [toX, toY] = this.placeOf(end);
    corners.sort((one, other) => one.share - other.share);
    const after = corners.map(({ share, around }) => {
      const [one, other] = [...around].sort((a, b) => a - b), { k, logits } = this;
      const atStart = logits[start * k + one] - logits[start * k + other];
      const atEnd = logits[end * k + one] - logits[end * k + other];
      if (!(atStart * atEnd < 0)) return share;
      const gap = (/** @type {number} */ part) =>
        this.gapAt(fromX + part * (toX - fromX), fromY + part * (toY - fromY), one, other);
      return rootOf(gap, atStart, atEnd, this.noise);
    });
    if (after.some((share, i) => i > 0 && share <= after[i - 1])) return;
    corners.forEach((corner, i) => {
      if (after[i] === corner.share) return;
      corner.x = fromX + after[i] * (toX - fromX);
      corner.y = fromY + after[i] * (toY - fromY);
    });
  }

  /** Move a corner to where its three classes tie, by Newton's method.
   * @param {BorderCorner} corner */
  gather(corner) {
    const [one, two, three] = [...corner.around].sort((a, b) => a - b), [wide, high] = this.side;
    const gaps = (/** @type {number} */ x, /** @type {number} */ y) => {
      const outputs = this.logitsAt([x, y]);
      return [outputs[one] - outputs[two], outputs[one] - outputs[three]];
    };
    const worst = (/** @type {number[]} */ [a, b]) => Math.max(Math.abs(a), Math.abs(b));
    let { x, y } = corner;
    const first = worst(gaps(x, y)), stepX = DIFFERENCE * wide, stepY = DIFFERENCE * high;
    for (let step = 0; step < NEWTON_STEPS; step++) {
      const [[a1, c1], [a0, c0]] = [gaps(x + stepX, y), gaps(x - stepX, y)];
      const [[b1, d1], [b0, d0]] = [gaps(x, y + stepY), gaps(x, y - stepY)];
      const a = (a1 - a0) / (2 * stepX), c = (c1 - c0) / (2 * stepX);
      const b = (b1 - b0) / (2 * stepY), d = (d1 - d0) / (2 * stepY);
      const turn = a * d - b * c, [p, q] = gaps(x, y);
      if (!(Math.abs(turn) > 1e-300)) break;
      x -= Math.min(Math.max((d * p - b * q) / turn, -wide), wide);
      y -= Math.min(Math.max((a * q - c * p) / turn, -high), high);
    }
    const left = worst(gaps(x, y));
    const places = corner.triangle.map((vertex) => this.placeOf(vertex));
    const turns = places.map(([fromX, fromY], i) => {
      const [toX, toY] = places[(i + 1) % 3];
      return (toX - fromX) * (y - fromY) - (toY - fromY) * (x - fromX);
    });
    const inside = turns.every((turn) => turn > 0) || turns.every((turn) => turn < 0);
    if (inside && (left <= this.noise || left < 1e-3 * first)) Object.assign(corner, { x, y });
  }
}

/**
 * Where a function is 0 between 0 and 1, by the Illinois method with a bisection now and then.
 * @param {(share: number) => number} gap @param {number} atStart @param {number} atEnd
 * @param {number} noise
 */
function rootOf(gap, atStart, atEnd, noise) {
  let low = 0, high = 1, below = atStart, above = atEnd, last = 0, share = 0.5;
  for (let step = 0; step < ROOT_STEPS; step++) {
    share = step % 5 === 4 ? 0.5 * (low + high) : (low * above - high * below) / (above - below);
    const value = gap(share), same = Math.sign(value) === Math.sign(below);
    const stays = last === (same ? 1 : -1);
    if (same) [low, below, above] = [share, value, stays ? 0.5 * above : above];
    else [high, above, below] = [share, value, stays ? 0.5 * below : below];
    last = same ? 1 : -1;
    if (!(Math.abs(value) > noise && high - low > 4 * Number.EPSILON)) break;
  }
  return share;
}

/**
 * Where two classes meet in the window; null where the network has finer regions than the mesh.
 * @param {Measured} at @param {Window} window @returns {Border | null}
 */
export function meshBorder({ network, k, n, points, predicted }, window) {
  const mesh = new StoryMesh(network, window, k), [[left, right], [bottom, top]] = window;
  if (!mesh.logits.every(Number.isFinite)) return null;
  mesh.cut();
  mesh.polish();
  const isInside = (/** @type {number} */ x, /** @type {number} */ y) =>
    x >= left && x <= right && y >= bottom && y <= top;
  const shares = upTo(GRID_LOOKED_AT).map((i) => (i + 0.5) / GRID_LOOKED_AT);
  const looked = shares.flatMap((v) =>
    shares.flatMap((u) => [left + u * (right - left), bottom + v * (top - bottom)])
  );
  const seen = classesOf(mesh.logitsAt(looked), GRID_LOOKED_AT ** 2, k);
  const counts = new Float64Array(k);
  for (const label of seen) counts[label]++;
  const whole = (right - left) * (top - bottom);
  if (counts.some((count, c) => Math.abs(count / seen.length - mesh.area[c] / whole) > MOST_OFF)) {
    return null;
  }
  for (let i = 0; i < n; i++) {
    if (isInside(points[2 * i], points[2 * i + 1]) && !mesh.area[predicted[i]]) return null;
  }
  let all = 0, wrong = 0;
  for (const { one, other, left: first, right: second } of mesh.pieces) {
    const alongX = other.x - one.x, alongY = other.y - one.y, length = Math.hypot(alongX, alongY);
    all += length;
    const stepX = -alongY / length * 0.5 * mesh.bound, stepY = alongX / length * 0.5 * mesh.bound;
    const isWrong = [[1, first], [-1, second]].some(([sign, label]) => {
      const x = (one.x + other.x) / 2 + sign * stepX, y = (one.y + other.y) / 2 + sign * stepY;
      return isInside(x, y) && classesOf(mesh.logitsAt([x, y]), 1, k)[0] !== label;
    });
    if (isWrong) wrong += length;
  }
  if (wrong > MOST_UNSEEN * all) return null;
  return {
    segments: mesh.pieces.flatMap(({ one, other }) => [one.x, one.y, other.x, other.y]),
    classes: mesh.pieces.flatMap(({ left, right }) => [left, right]),
    exact: false,
  };
}
