// @ts-check
/**
 * What a page of a site answers beside trainings: sets, drawn here or fetched from its folder, and
 * plain tables.
 */

import { Refused } from "../kernel/checks.js";
import { dataToWire } from "../pure/data.js";
import { plainTable } from "../toys/reading.js";
import { drawnToy, isDrawn } from "../toys/toys.js";

/** @import { DataScene, Limits } from "../pure/scene.d.ts" */
/** @import { Host } from "./page.js" */
/** @import { Answer, Request } from "./requests.js" */

/**
 * A host that makes sets, too.
 * @param {Host} host that trains
 * @param {Limits} limits
 * @param {(name: string) => Promise<DataScene>} fetched the points of a set that is not drawn
 * @returns {Host}
 */
export function siteHost(host, limits, fetched) {
  return {
    ...host,
    makesSets: true,
    ask: async (request, progress) => {
      if (request.kind !== "dataset" && request.kind !== "table") {
        return host.ask(request, progress);
      }
      try {
        return await answerHere(request, limits, fetched);
      } catch (problem) {
        if (!(problem instanceof Refused)) throw problem;
        return { id: null, kind: "refused", message: problem.message };
      }
    },
  };
}

/**
 * @param {Request} request
 * @param {Limits} limits
 * @param {(name: string) => Promise<DataScene>} fetched
 * @returns {Promise<Answer>}
 */
async function answerHere(request, limits, fetched) {
  if (request.kind === "table") return plainTable(request, limits);
  if (request.kind !== "dataset") throw new Refused("This page makes sets, and reads tables.");
  const { name } = request, drawn = isDrawn(name);
  const data = drawn ? dataToWire(drawnToy({ ...request }, limits)) : await fetched(name);
  return { id: null, kind: "data", data };
}
