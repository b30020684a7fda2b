// @ts-check
/** Of a model trained elsewhere: the way to a network trained here, and the way back. */

import { element, setText } from "./elements.js";
import { showRun } from "../page/shown.js";

/** @import { Page } from "../page/page.js" */

/** @param {Page} page */
export function elsewhereLine(page) {
  const { elsewhere } = page;
  const node = element("button", {
    type: "button",
    id: "elsewhere",
    class: "edged",
    onclick: () => {
      if (elsewhere.stays) elsewhere.trainHere();
      else if (elsewhere.model) showRun(page, elsewhere.model);
    },
  });
  function update() {
    const { model, stays } = elsewhere;
    node.hidden = !model || page.readOnly;
    setText(node, stays ? "Train one like it here" : "Back to the model");
    node.title = stays
      ? `A network of these settings, from a random start. The model: ${model?.run.read_as}.`
      : "The model, its points and settings, as they were opened";
  }
  return { node, update };
}
