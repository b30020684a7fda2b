// @ts-check
/**
 * Plain CSV files as points, as Python's `us.read_table` reads them: columns of numbers and one of
 * classes. Whatever Python would guess or mend is refused, and left to it. Pure.
 */

import { Refused } from "../kernel/checks.js";
import { counted, dataToWire } from "../pure/data.js";
import { decodeBytes } from "../pure/codec.js";

/** @import { ColumnScene, Limits, TableRead, TableRequest } from "../pure/scene.d.ts" */

/** @typedef {{name: string, cells: string[], numbers: number[] | null}} Column */

const PYTHON_READS = "unitscope play FILE reads all tables.";
/** @type {Record<string, string>} */
const SEPARATED_BY = { ",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars" };
const PLAIN_NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/, WHOLE = /^(0|-?[1-9]\d{0,15})$/;
// What Python takes for missing, for a number or for a mark of a spreadsheet's.
const NOT_PLAIN = new RegExp(
  "^(\\?|na|n/a|[+-]?nan|null|none|<na>|#n/a|[+-]?inf(inity)?|true|false|)$|^'|\\d_\\d|" +
    "^[+-]?[\\d.]*,[\\d.,]+$",
  "i",
);
const DATE = /^\d{4}-\d{1,2}-\d{1,2}|^\d{1,2}[./]\d{1,2}[./]\d{2,4}/;
const ROW = "(row|record|sample|line|case|patient|customer|user)?[ _.-]?";
const IS_ID = new RegExp(`^${ROW}id$`, "i");
const NUMBERS_ROWS = new RegExp(`^${ROW}(index|no\\.?|number|names?)$`, "i");
const COUNTED_FROM = 10, MOST_DIFFERENT = 20; // rows; numbers that are classes
const MOST_TEXTS = 50; // of a feature

/** @param {string} what @param {string} rule @param {string} got @returns {never} */
function notHere(what, rule, got) {
  throw new Refused(`${what} must be ${rule} on this page. Got ${got} instead. ${PYTHON_READS}`);
}

/** A text in a message. @param {string} text */
const cut = (text) => `'${text.length > 40 ? `${text.slice(0, 39)}…` : text}'`;

/**
 * What a file has, as the server would tell.
 * @param {Omit<TableRequest, "id" | "view" | "kind">} request
 * @param {Limits} limits
 * @returns {TableRead}
 */
export function plainTable(request, limits) {
  const { target = null, features = null, more = 0 } = request;
  if (more) notHere("points", `at most ${limits.points}`, "more");
  const { rows, sep } = rowsOf(request), columns = columnsOf(rows, request.header === "names");
  const n = columns[0].cells.length;
  if (n > limits.points) notHere("points", `at most ${limits.points}`, String(n));
  const notes = sep === "," || request.sep ? [] : [`separated by ${SEPARATED_BY[sep]}`];
  const at = targetAmong(columns, target, notes), classes = classesIn(columns[at]);
  const used = featuresAmong(columns, at, features, notes), wide = used.length;
  for (const { name, cells, numbers } of used) {
    if (!numbers) notHere(`column ${cut(name)}`, "of numbers", cut(cells[0]));
    if (!numbers.every(Number.isFinite)) notHere(`column ${cut(name)}`, "finite", "more");
  }
  if (wide < 1 || wide > limits.features) {
    notHere("features", `1 to ${limits.features}`, String(wide));
  }
  if (classes.length < 2 || classes.length > limits.classes) {
    const column = `classes of ${cut(columns[at].name)}`;
    notHere(column, `2 to ${limits.classes}`, String(classes.length));
  }
  const points = new Float64Array(n * wide);
  used.forEach(({ numbers }, j) => numbers?.forEach((x, i) => points[i * wide + j] = x));
  const place = new Map(classes.map((name, k) => [name, k]));
  const data = dataToWire({
    features: wide,
    points,
    labels: Uint8Array.from(columns[at].cells, (cell) => place.get(cell) ?? 0),
    classNames: classes.every((name, k) => name === String(k))
      ? classes.map((name) => `c${name}`)
      : classes,
    featureNames: used.map(({ name }) => name),
    heldOut: null,
  });
  return {
    id: null,
    kind: "table",
    rows: n,
    incomplete: 0,
    columns: columns.map((column, k) =>
      toldOf(column, k === at ? "class" : used.includes(column) ? "feature" : "out")
    ),
    header_in_doubt: false,
    notes,
    data,
  };
}

/** Its text as lines of cells. @param {Omit<TableRequest, "id" | "view" | "kind">} request */
function rowsOf({ content, sep = null, decimal = null, encoding = null }) {
  if (decimal === ",") notHere("decimal", "'.'", "','");
  if (encoding && !/^utf-?8$/i.test(encoding)) notHere("encoding", "utf-8", cut(encoding));
  let text = "";
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(decodeBytes(content));
  } catch {
    notHere("the file", "text in UTF-8", "something else");
  }
  const lines = text.replace(/(\r?\n)+$/, "").split(/\r?\n/);
  // deno-lint-ignore no-control-regex
  if (/[\0-\x08\x0b-\x1f]/.test(text.replace(/\r\n/g, "\n"))) {
    notHere("the file", "text in UTF-8", "signs that are no text");
  }
  const found = (sep === null ? Object.keys(SEPARATED_BY) : [sep])
    .map((one) => ({ sep: one, rows: lines.map((line) => cellsOf(line, one)) }))
    .filter(({ rows: [first, ...others] }) =>
      first.length > 1 && others.every(({ length }) => length === first.length)
    );
  if (found.length !== 1) {
    const rule = "cells between commas, semicolons, tabs or bars, as many in each line";
    notHere("the file", `lines of ${rule}`, "others");
  }
  return found[0];
}

/** @param {string} line @param {string} sep @returns {string[]} none where quotes are unlike */
function cellsOf(line, sep) {
  const parts = line.split(sep), cells = [];
  for (let k = 0; k < parts.length; k++) {
    let cell = parts[k].replace(/^ +/, "");
    if (!cell.includes('"')) cells.push(cell);
    else {
      while (!/^"([^"]|"")*" *$/.test(cell) && k + 1 < parts.length) cell += sep + parts[++k];
      if (!/^"([^"]|"")*" *$/.test(cell)) return [];
      cells.push(cell.trimEnd().slice(1, -1).replaceAll('""', '"'));
    }
  }
  return cells;
}

/** @param {string[][]} rows @param {boolean} named @returns {Column[]} */
function columnsOf([names, ...rows], named) {
  const isNumber = (/** @type {string} */ cell) => PLAIN_NUMBER.test(cell);
  if (!rows.length) notHere("the file", "names and at least a row", "no row");
  const odd = names.find((name, k) =>
    (!name && k > 0) || name !== name.trim() || /^'|\ufeff/.test(name) ||
    names.indexOf(name) !== k ||
    (!named && isNumber(name))
  );
  if (odd !== undefined) notHere("the first line", "the columns' different names", cut(odd));
  return names.map((name, k) => {
    const cells = rows.map((row) => row[k]), count = cells.filter(isNumber).length;
    const bad = cells.find((cell) => NOT_PLAIN.test(cell) || cell !== cell.trim()) ??
      (count && count < cells.length ? cells.find((cell) => !isNumber(cell)) : undefined);
    if (bad !== undefined) {
      const line = cells.indexOf(bad) + 2;
      notHere(`line ${line}, column ${cut(name)}`, "a number or a name, as its column", cut(bad));
    }
    return { name, cells, numbers: count ? cells.map(Number) : null };
  });
}

/** The column of the classes. @param {Column[]} columns @param {string | null} wanted
 * @param {string[]} notes */
function targetAmong(columns, wanted, notes) {
  if (wanted !== null) {
    const at = columns.findIndex(({ name }) => name === wanted);
    return at < 0 ? notHere("target", "one of the columns", cut(wanted)) : at;
  }
  const last = columns.length - 1, texts = columns.flatMap(({ numbers }, k) => numbers ? [] : [k]);
  if (texts.some((k) => columns[k].cells.some((cell) => DATE.test(cell)))) {
    notHere("columns", "of numbers and names", "dates");
  }
  const at = texts.length === 1 ? texts[0] : last;
  if (at !== last) notes.push(`classes of '${columns[at].name}', the only column of texts`);
  return at;
}

/** Its classes in their order. @param {Column} column */
function classesIn({ name, cells, numbers }) {
  const found = [...new Set(cells)];
  if (!numbers) return found.sort();
  const many = found.length > Math.max(MOST_DIFFERENT, Math.floor(cells.length / 5));
  const odd = many ? cells[0] : found.find((cell) => !WHOLE.test(cell));
  if (odd !== undefined) notHere(`column ${cut(name)}`, "of classes", `numbers like ${cut(odd)}`);
  return found.sort((a, b) => Number(a) - Number(b));
}

/** @param {Column[]} columns @param {number} target @param {string[] | null} wanted
 * @param {string[]} notes */
function featuresAmong(columns, target, wanted, notes) {
  const others = columns.filter((_, k) => k !== target);
  if (wanted) return others.filter(({ name }) => wanted.includes(name));
  const numbering = others.filter((one) => numbersRows(one, one === columns[0]));
  if (!numbering.length || numbering.length === others.length) return others;
  const names = numbering.map(({ name }) => name ? `'${name}'` : "the column without a name");
  notes.push(
    `left out ${names.slice(0, 5).join(", ")}${names.length > 5 ? ", ..." : ""}: ` +
      "the rows' numbers",
  );
  return others.filter((one) => !numbering.includes(one));
}

/** Whether a column only numbers the rows. @param {Column} column @param {boolean} first */
function numbersRows({ name, cells, numbers }, first) {
  if (!numbers) return false; // which is refused as a feature
  if (IS_ID.test(name) || !name) return true;
  if (NUMBERS_ROWS.test(name)) return new Set(cells).size === cells.length;
  return first && cells.length >= COUNTED_FROM && cells.every((cell) => /^[+-]?\d+$/.test(cell)) &&
    (numbers[0] === 0 || numbers[0] === 1) && numbers.every((x, i) => x === numbers[0] + i);
}

/** @param {Column} column @param {ColumnScene["role"]} role @returns {ColumnScene} */
function toldOf({ name, cells, numbers }, role) {
  const told = { name, role, missing: 0, problem: "" };
  if (!numbers) {
    const texts = [...new Set(cells)].sort(), most = Math.max(2, Math.floor(cells.length / 2));
    if (texts.length > Math.min(MOST_TEXTS, most)) {
      return {
        ...told,
        about: "",
        classes: 0,
        problem: `${counted(texts.length)} different texts`,
      };
    }
    const some = texts.slice(0, 3).map((text) => text.slice(0, 30)).join(", ");
    const about = texts.length > 3 ? `${texts.length} texts: ${some}, …` : some;
    return { ...told, about, classes: texts.length };
  }
  const whole = numbers.every(Number.isInteger);
  const least = numbers.reduce((a, b) => Math.min(a, b)),
    most = numbers.reduce((a, b) => Math.max(a, b));
  return {
    ...told,
    about: `${fourDigits(least)} to ${fourDigits(most)}`,
    classes: whole ? new Set(numbers).size : 0,
  };
}

/** As Python's .4g has it. @param {number} value */
function fourDigits(value) {
  const [digits, power] = value.toExponential(3).split("e").map(Number);
  if (power >= -4 && power < 4) return String(Number(value.toPrecision(4)));
  return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}
