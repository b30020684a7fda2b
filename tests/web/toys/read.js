// @ts-check
/** Prints what the browser reads in each table of a file. */

import { Refused } from "../../../src/unitscope/web/kernel/checks.js";
import { plainTable } from "../../../src/unitscope/web/toys/reading.js";

const { limits, requests } = JSON.parse(Deno.readTextFileSync(Deno.args[0]));
const replies = requests.map(
  (/** @type {import("../../../src/unitscope/web/pure/scene.d.ts").TableRequest} */ request) => {
    try {
      return plainTable(request, limits);
    } catch (problem) {
      if (problem instanceof Refused) return { kind: "refused", message: problem.message };
      throw problem;
    }
  },
);
console.log(JSON.stringify(replies));
