// @ts-check
/** Prints what the browser draws for each request of a file. */

import { Refused } from "../../../src/unitscope/web/kernel/checks.js";
import { drawnToy } from "../../../src/unitscope/web/toys/toys.js";

const { limits, requests } = JSON.parse(Deno.readTextFileSync(Deno.args[0]));
const replies = requests.map((/** @type {{name: string}} */ request) => {
  try {
    const data = drawnToy(request, limits);
    return { ...data, points: [...data.points], labels: [...data.labels] };
  } catch (problem) {
    if (problem instanceof Refused) return { refused: problem.message };
    throw problem;
  }
});
console.log(JSON.stringify(replies));
