// @ts-check
/** Numbers and names as Python's story has them, digit for digit and letter for letter. Pure. */

const DIGITS = 3;
// Around a name that came from outside, so that it is found again: no name has these signs.
const OPEN = "\ue000", CLOSE = "\ue001";
const MARKED = /\ue000([^\ue001]*)\ue001/g;
// deno-lint-ignore no-control-regex
const SPACES = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;
// deno-lint-ignore no-control-regex
const COMMANDS = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g;

/** A whole number with its commas. @param {number} count */
export function withCommas(count) {
  return String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/**
 * So many significant digits of a positive number, and its power of ten; halves go to the even
 * digit, as Python rounds them.
 * @param {number} size
 * @param {number} digits
 * @returns {[string, number]}
 */
function roundedDigits(size, digits) {
  const [long, power] = size.toExponential(40).split("e");
  const all = long.replace(".", ""), rest = all.slice(digits);
  if (/^50*$/.test(rest) && Number(all[digits - 1]) % 2 === 0) {
    return [all.slice(0, digits), Number(power)];
  }
  const [short, rounded] = size.toExponential(digits - 1).split("e");
  return [short.replace(".", ""), Number(rounded)];
}

/** A number to so many significant digits, without an exponent from 0.0001 to 999,999.
 * @param {number} value @param {number} [digits] */
export function printedNumber(value, digits = DIGITS) {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "infinite" : "minus infinite";
  if (value === 0) return "0";
  const sign = value < 0 ? "-" : "";
  const [significant, power] = roundedDigits(Math.abs(value), digits);
  const shown = significant.replace(/0+$/, "");
  if (power < -4 || power > 5) {
    const mantissa = shown[0] + (shown.length > 1 ? `.${shown.slice(1)}` : "");
    const size = String(Math.abs(power)).padStart(2, "0");
    return `${sign}${mantissa}e${power < 0 ? "-" : "+"}${size}`;
  }
  if (power < 0) return `${sign}0.${"0".repeat(-power - 1)}${shown}`;
  const whole = significant.padEnd(power + 1, "0").slice(0, power + 1);
  const part = significant.slice(power + 1).replace(/0+$/, "");
  return sign + withCommas(Number(whole)) + (part ? `.${part}` : "");
}

/** A text's words. @param {string} text */
export function wordsIn(text) {
  return text.split(SPACES).filter(Boolean);
}

/** A name from outside on one line, nothing in it hidden. @param {string} name */
export function nameShown(name) {
  return wordsIn(name.replaceAll(OPEN, "").replaceAll(CLOSE, "")).join(" ").replace(
    COMMANDS,
    (sign) => {
      const code = sign.charCodeAt(0), digits = code.toString(16);
      return code < 256 ? `\\x${digits.padStart(2, "0")}` : `\\u${digits.padStart(4, "0")}`;
    },
  );
}

/** The same as it stands in a sentence. @param {string} name */
export function markedName(name) {
  return OPEN + nameShown(name) + CLOSE;
}

/**
 * A sentence with a capital letter and a full stop, and where it names classes: begin, end, class.
 * @param {string} words
 * @param {Map<string, number>} classes by their names as shown
 * @returns {{text: string, classes: number[][]}}
 */
export function sentenceOf(words, classes) {
  const whole = `${words[0].toUpperCase()}${words.slice(1)}.`;
  /** @type {number[][]} */ const found = [];
  let taken = 0;
  const text = whole.replace(MARKED, (_, name, at) => {
    const k = classes.get(name), begin = at - taken;
    taken += 2;
    if (k !== undefined) found.push([begin, begin + name.length, k]);
    return name;
  });
  return { text, classes: found };
}
