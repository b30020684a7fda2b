// @ts-check
/** The worker that computes what takes long of a view. */

import { heavyOf } from "./view.js";

addEventListener("message", ({ data }) => {
  postMessage({ heavy: heavyOf(data.shown) });
});
