// @ts-check
/** The user's own file: read by the host, with what is chosen of its columns. */

import { encodeBytes } from "../pure/codec.js";
import { dataFromWire } from "../pure/data.js";
import { fitting } from "../pure/thinning.js";

/** @import { TableRead, TableRequest } from "../pure/scene.d.ts" */
/** @import { Page } from "./page.js" */
/** @typedef {Pick<Page, "refused" | "announce" | "changed">} TableVerbs */

const TABLE_SHARE = 0.7; // of a message: a file becomes a third longer in it

/**
 * What is asked of a file; null where it is guessed.
 * @typedef {object} Choice
 * @property {string | null} target the column of the classes
 * @property {string[] | null} features the columns that are used beside it
 * @property {"refuse" | "drop" | "mean"} missing
 * @property {"check" | "names" | "none"} header
 * @property {string | null} sep
 * @property {string | null} decimal
 * @property {string | null} encoding
 */
/** @type {Readonly<Choice>} */
const GUESSED = {
  target: null,
  features: null,
  missing: "refuse",
  header: "check",
  sep: null,
  decimal: null,
  encoding: null,
};
/**
 * A file and what came of it: its columns, where they were told, and why it is refused.
 * @typedef {object} Table
 * @property {string} name
 * @property {string} content base64
 * @property {number} more rows that the content, a sample, has not
 * @property {Choice} choice
 * @property {TableRead | null} told
 * @property {string} refused
 */

export class Tables {
  /** @param {Pick<Page, "hello" | "state" | "dataset" | "requests"> & TableVerbs} page */
  constructor(page) {
    this.page = page;
    /** The file that choices are of. @type {Table | null} */ this.draft = null;
    this.open = false; // whether its columns are shown to choose from
  }

  /** @param {File | undefined} file */
  async load(file) {
    if (!file) return;
    const most = this.page.hello.limits.message * TABLE_SHARE;
    try {
      const { content, more } = await fitting(new Uint8Array(await file.arrayBuffer()), most);
      const name = file.name.slice(0, 200);
      this.read({
        name,
        content: encodeBytes(content),
        more,
        choice: GUESSED,
        told: null,
        refused: "",
      });
    } catch (problem) {
      this.page.refused(problem instanceof Error ? problem.message : String(problem));
    }
  }

  /** Read a file as it is chosen. @param {Table} table */
  read(table) {
    this.draft = table;
    const { name, content, more, choice } = table;
    /** @type {Omit<TableRequest, "id" | "view" | "kind">} */
    const fields = { name, content, more, ...choice };
    this.page.requests.ask("table", {
      make: () => fields,
      take: (told) => this.take({ ...table, told, refused: told.refused ?? "" }),
    });
  }

  /** @param {Table} table */
  take(table) {
    const { told, refused } = table;
    this.draft = table;
    if (told?.data) {
      if (this.page.dataset.table?.content !== table.content) this.page.state.standardize = "auto";
      this.page.dataset.takeSet(dataFromWire(told.data), table);
      this.page.announce(`${table.name} loaded`);
    } else {
      this.open = true;
      this.page.refused(refused);
    }
    this.page.changed();
  }

  /** A file that cannot be read, as it is chosen. @param {string} message */
  refused(message) {
    if (this.draft) this.draft = { ...this.draft, refused: message };
    if (this.draft?.told) this.open = true;
    this.page.refused(message);
  }

  /** Read the file in another way. @param {Partial<Choice>} patch */
  choose(patch) {
    if (this.draft) this.read({ ...this.draft, choice: { ...this.draft.choice, ...patch } });
  }

  /** Other classes; what has been chosen of the features stays. @param {string} target */
  chooseTarget(target) {
    const { table } = this.page.dataset;
    if (!this.open) this.draft = table;
    const features = this.draft?.choice.features;
    this.choose({ target, features: features ? features.filter((one) => one !== target) : null });
  }

  /** Use a column, or leave it out. @param {string} name @param {boolean} on */
  chooseFeature(name, on) {
    const columns = this.draft?.told?.columns ?? [];
    const used = columns.filter((one) => one.name === name ? on : one.role === "feature");
    this.choose({
      features: used.filter((one) => one.role !== "class").map((column) => column.name),
    });
  }

  /** Show the columns of the file whose points are shown. */
  show() {
    this.draft = this.page.dataset.table;
    this.open = this.draft !== null;
    this.page.changed();
  }

  close() {
    this.open = false;
    this.page.changed();
  }
}
