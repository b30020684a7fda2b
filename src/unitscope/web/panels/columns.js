// @ts-check
/** The columns of the user's own file: which are used, and how it is read. */

import { remediesOf } from "../pure/remedies.js";
import { choice, element, labelled, setOptions, setText } from "./elements.js";

/** @import { Page, Panel } from "../page/page.js" */
/** @import { Choice, Table } from "../page/table.js" */
/** @import { State } from "../page/state.js" */
/** @import { ColumnScene, TableRead } from "../pure/scene.d.ts" */

/** @type {[Choice["missing"], string][]} */
const MISSING = [
  ["refuse", "ask me"],
  ["drop", "leave such rows out"],
  ["mean", "fill in the column's mean"],
];
/** @type {[Choice["header"], string][]} */
const HEADERS = [["check", "as guessed"], ["names", "the columns' names"], [
  "none",
  "the first row",
]];
/** @type {[State["standardize"], string][]} */
const SCALES = [
  ["auto", "one size where they differ much"],
  ["true", "one size"],
  ["false", "as they are"],
];
/** @type {[string, string][]} */
const SEPARATORS = [
  ["", "as guessed"],
  [",", "comma"],
  [";", "semicolon"],
  ["\t", "tab"],
  ["|", "bar"],
  ["\\s+", "spaces"],
];
/** @type {[string, string][]} */
const DECIMALS = [["", "as guessed"], [".", "point: 1.5"], [",", "comma: 1,5"]];
/** @type {[string, string][]} */
const ENCODINGS = [
  ["", "as guessed"],
  ["utf-8", "UTF-8"],
  ["cp1252", "Windows (1252)"],
  ["latin-1", "Latin-1"],
  ["utf-16", "UTF-16"],
];

/** @param {Page} page @returns {Panel} */
export function columnsPanel(page) {
  const { tables } = page, told = toldParts(page), columns = columnList(page);
  const missing = missingChoice(page), scale = scaleChoice(page), reading = readingChoices(page);
  const close = () => tables.close();
  const node = element(
    "dialog",
    { id: "table", "aria-labelledby": "table-name", onclose: close },
    element(
      "header",
      {},
      told.title,
      element(
        "button",
        { type: "button", class: "icon", "aria-label": "Close", onclick: close },
        "×",
      ),
    ),
    ...told.nodes,
    ...columns.nodes,
    missing.node,
    scale.node,
    reading.node,
    element(
      "div",
      { class: "row end" },
      element("button", { type: "button", id: "table-done", onclick: close }, "Done"),
    ),
  );

  function update() {
    const { draft, open } = tables;
    if (node.open !== (open && !!draft)) {
      if (node.open) node.close();
      else node.showModal();
    }
    if (!open || !draft?.told) return;
    for (const part of [told, columns, missing, reading]) part.update(draft, draft.told);
    scale.update();
  }
  return { node, update };
}

/** What was read, and why it is refused, with what can be done. @param {Page} page */
function toldParts(page) {
  const title = element("h2", { id: "table-name" }), note = element("p", { class: "muted" });
  const refused = element("p", { class: "status bad", id: "table-refused", role: "alert" });
  const remedies = element("div", { class: "row", id: "remedies" });

  /** @param {Table} draft @param {TableRead} told */
  function update(draft, { rows, columns, notes }) {
    setText(title, draft.name);
    const size = `${rows.toLocaleString("en")} rows, ${columns.length} columns`;
    setText(note, `${[size, ...notes].join("; ")}.`);
    setText(refused, draft.refused);
    refused.hidden = !draft.refused;
    showRemedies(page, draft, remedies);
  }
  return { title, nodes: [note, refused, remedies], update };
}

/** The column of the classes, and those that are used. @param {Page} page */
function columnList(page) {
  const target = choice([], "", (value) => page.tables.chooseTarget(value), { id: "table-target" });
  const list = element("ul", { class: "table-columns" }), used = element("small", {});
  /** @type {Map<string, ReturnType<typeof columnRow>>} */
  let rows = new Map();
  let names = "";

  /** @param {Table} _draft @param {TableRead} told */
  function update(_draft, { columns }) {
    setOptions(
      target,
      columns.map((column) => [column.name, optionWords(column)]),
      columns.find(({ role }) => role === "class")?.name ?? "",
    );
    const now = JSON.stringify(columns.map(({ name }) => name));
    if (names !== now) {
      names = now;
      rows = new Map(columns.map(({ name }) => [name, columnRow(page, name)]));
      list.replaceChildren(...[...rows.values()].map((row) => row.node));
    }
    for (const column of columns) rows.get(column.name)?.update(column);
    const count = columns.filter(({ role }) => role === "feature").length;
    setText(used, `${count} of ${columns.length - 1} used`);
  }
  return {
    nodes: [
      labelled("Class column", target),
      element("fieldset", {}, element("legend", {}, "Features ", used), list),
    ],
    update,
  };
}

/** @param {Page} page */
function missingChoice(page) {
  const missing = choice(MISSING, "refuse", (value) => page.tables.choose({ missing: value }), {
    id: "table-missing",
  });
  const gone = element("small", { class: "muted" });
  const node = element("div", {}, labelled("Where a value is missing", missing), gone);

  /** @param {Table} draft @param {TableRead} told */
  function update(draft, { columns, rows, incomplete }) {
    missing.value = draft.choice.missing;
    node.hidden = !columns.some((column) => column.missing);
    setText(gone, `${incomplete.toLocaleString("en")} of ${rows.toLocaleString("en")} rows`);
  }
  return { node, update };
}

/**
 * To what size features are brought for training: pictures and words stay in their own units.
 * @param {Page} page
 */
function scaleChoice(page) {
  const made = choice(SCALES, "auto", (value) => page.change({ standardize: value }), {
    id: "table-scale",
  });
  return {
    node: labelled("Features are trained at", made),
    update: () => {
      made.value = page.state.standardize;
    },
  };
}

/** @param {ColumnScene} column */
function optionWords({ name, classes }) {
  return `${name || "(no name)"}${classes ? ` (${classes} different)` : ""}`;
}

/**
 * A column to tick, with what is in it.
 * @param {Page} page
 * @param {string} name
 */
function columnRow(page, name) {
  const box = element("input", {
    type: "checkbox",
    onchange: () => page.tables.chooseFeature(name, box.checked),
  });
  const about = element("small", {}),
    label = element("span", { class: "name" }, name || "(no name)");
  const node = element("li", {}, element("label", { class: "check" }, box, label), about);
  return {
    node,
    update: (/** @type {ColumnScene} */ column) => {
      box.checked = column.role === "feature";
      node.hidden = column.role === "class";
      const missing = column.missing ? `${column.missing.toLocaleString("en")} missing` : "";
      setText(about, [column.problem || column.about, missing].filter(Boolean).join(" · "));
      about.classList.toggle("problem", !!column.problem);
    },
  };
}

/**
 * Buttons for what can be done; they keep their places while they stay the same.
 * @param {Page} page
 * @param {Table} draft
 * @param {HTMLElement} row
 */
function showRemedies(page, { told, choice: { missing }, refused }, row) {
  const found = told && refused ? remediesOf(told, missing) : [], key = JSON.stringify(found);
  if (row.dataset.key === key) return;
  row.dataset.key = key;
  row.replaceChildren(
    ...found.map(({ words, choice: chosen }, k) =>
      element("button", {
        type: "button",
        class: k ? "" : "strong",
        onclick: () => page.tables.choose(chosen),
      }, words)
    ),
  );
}

/** How the file is written, where the guess is wrong. @param {Page} page */
function readingChoices(page) {
  const header = choice(HEADERS, "check", (value) => page.tables.choose({ header: value }), {
    id: "table-header",
  });
  const guessed = (
    /** @type {string} */ words,
    /** @type {"sep" | "decimal" | "encoding"} */ name,
    /** @type {[string, string][]} */ options,
  ) => {
    const made = choice(options, "", (value) => page.tables.choose({ [name]: value || null }), {
      id: `table-${name}`,
    });
    return { made, name, field: labelled(words, made) };
  };
  const others = [
    guessed("Between cells", "sep", SEPARATORS),
    guessed("Decimal sign", "decimal", DECIMALS),
    guessed("Encoding", "encoding", ENCODINGS),
  ];
  const node = element(
    "details",
    {},
    element("summary", {}, "How the file is read"),
    element(
      "div",
      { class: "row" },
      labelled("The first line has", header),
      ...others.map(({ field }) => field),
    ),
  );
  return {
    node,
    update: (/** @type {Table} */ { choice: chosen }) => {
      header.value = chosen.header;
      for (const { made, name } of others) made.value = chosen[name] ?? "";
    },
  };
}
