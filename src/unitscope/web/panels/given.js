// @ts-check
/** The data of an exported file, which has no controls: what they are, class by class. */

import { counted, countWords } from "../pure/data.js";
import { element, setText, shortNumber } from "./elements.js";
import { markerPicture } from "./markers.js";

/** @import { Page } from "../page/page.js" */
/** @import { Data } from "../pure/data.js" */

const FEATURES_SHOWN = 8; // the rest is counted

/** @param {Page} page */
export function givenData(page) {
  const count = element("p", { id: "given-count" }), classes = element("ul");
  const features = element("ul");
  const node = element(
    "div",
    { class: "given", hidden: true },
    count,
    element("h3", {}, "Classes"),
    classes,
    element("h3", {}, "Features"),
    features,
  );
  /** @type {Data | null} */ let told = null;
  let look = "";

  function update() {
    node.hidden = !page.readOnly;
    const { data } = page;
    if (node.hidden || (told === data && look === page.look.name)) return;
    [told, look] = [data, page.look.name];
    const held = data.heldOut ? data.heldOut.filter(Boolean).length : 0;
    setText(count, countWords(data) + (held ? `, ${counted(held)} of them for testing` : ""));
    classes.replaceChildren(
      ...data.classNames.map((name, k) =>
        givenRow(name, counted(data.labels.filter((label) => label === k).length), [
          markerPicture(page.look, k),
        ])
      ),
    );
    const more = data.features - FEATURES_SHOWN;
    features.replaceChildren(
      ...data.featureNames.slice(0, FEATURES_SHOWN).map((name, i) =>
        givenRow(name, extentOf(data, i))
      ),
      more > 0 ? element("li", {}, `and ${counted(more)} more`) : "",
    );
  }
  return { node, update };
}

/** @param {string} name @param {string} words @param {Node[]} [before] */
const givenRow = (name, words, before = []) =>
  element(
    "li",
    {},
    ...before,
    element("span", { class: "name", title: name }, name),
    element("span", {}, words),
  );

/** From a feature's least value to its largest. @param {Data} data @param {number} feature */
function extentOf({ points, features }, feature) {
  let least = Infinity, most = -Infinity;
  for (let at = feature; at < points.length; at += features) {
    least = Math.min(least, points[at]);
    most = Math.max(most, points[at]);
  }
  return `${shortNumber(least)} to ${shortNumber(most)}`;
}
