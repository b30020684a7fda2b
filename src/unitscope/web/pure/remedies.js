// @ts-check
/** What can be done about a table that is refused. Pure. */

/** @import { Choice } from "../page/table.js" */
/** @import { ColumnScene, TableRead } from "./scene.d.ts" */

const MOST_CLASSES = 20, MOST_NAMED = 3;

/**
 * What a button says, and what it chooses.
 * @typedef {{words: string, choice: Partial<Choice>}} Remedy
 */

/**
 * @param {TableRead} told
 * @param {Choice["missing"]} missing what is done where a value is
 * @returns {Remedy[]} the best first
 */
export function remediesOf(told, missing) {
  if (told.header_in_doubt) {
    return [
      { words: "The first line has no names", choice: { header: "none" } },
      { words: "Its names are right", choice: { header: "names" } },
    ];
  }
  const { columns } = told, label = columns.find(({ role }) => role === "class");
  if (!label || !canBeClass(label)) {
    return columns.filter((column) => column !== label && canBeClass(column)).slice(0, MOST_NAMED)
      .map(({ name }) => ({
        words: `Classes of ${name}`,
        choice: { target: name, features: null },
      }));
  }
  const used = columns.filter(({ role }) => role === "feature"),
    faulty = used.filter(({ problem }) => problem),
    left = used.filter(({ problem }) => !problem).map(({ name }) => name);
  /** @type {Remedy[]} */
  const remedies = [];
  if (faulty.length && left.length) {
    const names = faulty.slice(0, MOST_NAMED).map(({ name }) => name).join(", ");
    const more = faulty.length > MOST_NAMED ? ` and ${faulty.length - MOST_NAMED} more` : "";
    remedies.push({ words: `Leave out ${names}${more}`, choice: { features: left } });
  }
  if (missing === "refuse" && told.incomplete) {
    const { incomplete } = told, rows = incomplete === 1 ? "row" : "rows";
    if (incomplete < told.rows) {
      const words = `Leave out ${incomplete.toLocaleString("en")} ${rows}`;
      remedies.push({ words, choice: { missing: "drop" } });
    }
    if (used.some((column) => column.missing)) {
      remedies.push({ words: "Fill in the columns' means", choice: { missing: "mean" } });
    }
  }
  return remedies;
}

/** @param {ColumnScene} column */
function canBeClass({ classes }) {
  return classes >= 2 && classes <= MOST_CLASSES;
}
