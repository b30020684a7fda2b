// @ts-check
/** Tables as CSV, in which a spreadsheet finds nothing to compute. Pure. */

/** What a spreadsheet would compute; a number is only a number. */
const COMPUTED = /^[ '\t\r\n]*[=+\-@＝＋－＠]|^'*[\t\r\n]/;
const NUMBER = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i;

/**
 * Rows of cells as CSV. A text that would be computed, like =1+1, gets a ' before it, which
 * spreadsheets take for "this is text", and `us.read_table` takes off again.
 * @param {(string | number)[][]} rows
 */
export function csvOf(rows) {
  return rows.map((row) => `${row.map(cellOf).join(",")}\r\n`).join("");
}

/** @param {string | number} value */
function cellOf(value) {
  if (typeof value === "number") return String(value);
  const guard = COMPUTED.test(value) && !NUMBER.test(value) ? "'" : "";
  return `"${guard}${value.replace(/"/g, '""')}"`;
}
