// @ts-check
/** Making DOM elements. Text from outside becomes text nodes and attributes, never HTML. */

/**
 * Attributes and listeners (keys that start with "on"); false, null and undefined leave an
 * attribute out; true sets it empty.
 * @typedef {Record<string, any>} Attributes
 */
/** Strings become text. @typedef {Node | string | null} Child */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/**
 * The same for SVG.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function svgElement(tag, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

/**
 * @template {Element} Made
 * @param {Made} made
 * @param {Attributes} attributes
 * @param {Child[]} children
 */
function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null && value !== undefined) {
      made.setAttribute(name, value === true ? "" : String(value));
    }
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/**
 * A button with a symbol; its name is said by screen readers and shown as a tip.
 * @param {string} name
 * @param {string} sign a symbol's name, or a character
 * @param {(event: Event) => void} onclick
 * @param {Attributes} [attributes]
 */
export function iconButton(name, sign, onclick, attributes = {}) {
  return element("button", {
    type: "button",
    class: "icon",
    "aria-label": name,
    title: name,
    onclick,
    ...attributes,
  }, sign in SYMBOLS ? symbol(sign) : sign);
}

/** Shapes of the symbols that fonts may lack, on a square of 24. @type {Record<string, string>} */
const SYMBOLS = {
  play: "M7 4v16l13-8z",
  pause: "M6 4h4v16H6zM14 4h4v16h-4z",
  step: "M5 4v16l10-8zM16 4h3v16h-3z",
  reset: "M12 5V1L6 6.5 12 12V8a5 5 0 1 1-5 5H4a8 8 0 1 0 8-8z",
  undo: "M8 5V1L2 7l6 6V9h6a4 4 0 0 1 0 8H8v3h6a7 7 0 0 0 0-14z",
  redo: "M16 5V1l6 6-6 6V9h-6a4 4 0 0 0 0 8h6v3h-6a7 7 0 0 1 0-14z",
};

/**
 * A symbol as a picture in the text's colour.
 * @param {string} name
 */
export function symbol(name) {
  return svgElement(
    "svg",
    { viewBox: "0 0 24 24", class: "symbol", "aria-hidden": "true" },
    svgElement("path", { d: SYMBOLS[name], fill: "currentColor" }),
  );
}

/** The page's sign: three regions and their lines. */
export function logo() {
  const part = (/** @type {string} */ d, /** @type {string} */ fill) =>
    svgElement("path", { d, fill });
  return svgElement(
    "svg",
    { viewBox: "0 0 20 20", class: "logo", "aria-hidden": "true" },
    part("M0 2h8L5 18H0z", "#1f77b4"),
    part("M10 2h10v7L9 10z", "#ff7f0e"),
    part("M8.7 12 20 11v7H7.6z", "#6a3d9a"),
  );
}

/**
 * A labelled control: the label's words, then the control.
 * @param {string} words
 * @param {HTMLElement} control
 * @param {Attributes} [attributes]
 */
export function labelled(words, control, attributes = {}) {
  return element("label", { class: "field", ...attributes }, element("span", {}, words), control);
}

/**
 * A box to tick, with its words.
 * @param {string} words
 * @param {(on: boolean) => void} chosen
 * @param {string} id
 */
export function checkbox(words, chosen, id) {
  const box = element("input", { type: "checkbox", id, onchange: () => chosen(box.checked) });
  return { node: element("label", { class: "check" }, box, words), box };
}

/**
 * A select whose options are [value, words].
 * @template {string} Value
 * @param {[Value, string][]} options
 * @param {NoInfer<Value>} value
 * @param {(value: Value) => void} chosen
 * @param {Attributes} [attributes]
 */
export function choice(options, value, chosen, attributes = {}) {
  const made = element("select", {
    ...attributes,
    onchange: () => chosen(/** @type {Value} */ (made.value)),
  });
  setOptions(made, options, value);
  return made;
}

/**
 * Put other options into a select, only where they differ from those there.
 * @param {HTMLSelectElement} select
 * @param {[string, string][]} options
 * @param {string} value
 */
export function setOptions(select, options, value) {
  const key = JSON.stringify(options);
  if (select.dataset.options !== key) {
    select.dataset.options = key;
    select.replaceChildren(
      ...options.map(([name, words]) => element("option", { value: name }, words)),
    );
  }
  if (select.value !== value) select.value = value;
}

/**
 * Options that are their own words.
 * @template {string} Value
 * @param {Value[]} values
 * @returns {[Value, string][]}
 */
export const plainOptions = (values) => values.map((value) => [value, value]);

/**
 * Options that are numbers, with their names.
 * @param {string[]} names
 * @returns {[string, string][]}
 */
export const numbered = (names) => names.map((name, k) => [String(k), name]);

/** What draws on a canvas. @param {HTMLCanvasElement} canvas */
export const penOf = (canvas) => /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));

/**
 * Give an element another text, only where it differs: screen readers read changed text again.
 * @param {Element} where
 * @param {string} text
 */
export function setText(where, text) {
  if (where.textContent !== text) where.textContent = text;
}

/**
 * A number in at most `digits` significant digits, or (`whole`) in just so many, with a real minus
 * sign.
 * @param {number} value
 * @param {number} [digits]
 * @param {boolean} [whole]
 */
export function shortNumber(value, digits = 3, whole = false) {
  if (!Number.isFinite(value)) return String(value);
  if (value !== 0 && (Math.abs(value) >= 1e6 || Math.abs(value) < 1e-4)) {
    return value.toExponential(Math.max(0, digits - 1)).replace("-", "−");
  }
  const text = value.toPrecision(digits);
  return (whole && !text.includes("e") ? text : String(Number(text))).replace("-", "−");
}

/**
 * A share as a percentage, never rounded up to 100 nor down to 0.
 * @param {number} share 0..1
 */
export function percentage(share) {
  if (!Number.isFinite(share)) return "–";
  if (share > 0.999 && share < 1) return ">99.9%";
  if (share > 0 && share < 0.001) return "<0.1%";
  return `${(100 * share).toFixed(1).replace(/\.0$/, "")}%`;
}

/**
 * A class's name, cut where it is long: between the signs that are seen, not within one.
 * @param {string} name
 */
export function cutName(name) {
  if (name.length <= 18) return apart(name);
  const signs = Array.from(new Intl.Segmenter().segment(name), ({ segment }) => segment);
  return apart(signs.length > 18 ? `${signs.slice(0, 17).join("")}…` : name);
}

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/**
 * A name as it stands in a text: one that is read from right to left leaves the numbers beside it
 * in their places.
 * @param {string} name
 */
export function apart(name) {
  return RIGHT_TO_LEFT.test(name) ? `\u2068${name}\u2069` : name;
}

/** About how many rems a name is wide. @param {string} name */
export function remsOf(name) {
  return [...name].reduce((sum, sign) => sum + (sign > "\u2e7f" ? 1 : 0.56), 0);
}
