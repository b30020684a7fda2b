// @ts-check
/** An epoch's numbers in words, and how its training ended. */

import { counted } from "../pure/data.js";
import { percentage, shortNumber } from "./elements.js";

/** @import { Page } from "../page/page.js" */

/** Where a training that may stop early went on to, and which epoch was kept. @param {Page} page */
function stoppedWords({ run }) {
  const trained = run.testLoss?.length ?? 0, best = run.loss.length;
  if (run.earlyStopping === null) return "";
  if (trained === best) return "The test loss was lowest after the last epoch. ";
  const waited = trained - best;
  return `${waited >= run.earlyStopping ? "Stopped" : "Ended"} after epoch ${
    counted(trained)
  }: the test loss was lowest after epoch ${counted(best)}, whose network is kept. `;
}

/** What there is to say of the epoch shown beside its numbers. @param {Page} page */
export function numbersOf(page) {
  const { run, playback } = page, { epoch, edited } = playback;
  if (run.stopped) return run.stopped;
  if (edited) return "Weights changed by hand: the curves are those of the training before.";
  if (run.loss.length === 0) return "The network as it was given: no epochs of it are known.";
  const start = beginningOf(page);
  if (epoch === 0) return `The start, before any training${start && `: ${start}`}.`;
  const kept = run.epochs.length <= run.loss.length
    ? `Weights of ${counted(run.epochs.length)} of ${
      counted(run.loss.length + 1)
    } epochs are kept: ` +
      `the pictures are of epoch ${counted(run.epochs[playback.rowOf(epoch)])}.`
    : "";
  return stoppedWords(page) + kept || (start && `Started from ${start}.`);
}

/** From which weights the run started, where that is known. @param {Page} page */
function beginningOf({ run, trainedHere }) {
  if (run.course) return "the lab's own weights";
  return trainedHere ? `the weights of seed ${run.recipe.seed}` : "";
}

/** Loss and accuracy of the epoch shown, and of its test points. @param {Page} page */
export function lossAndAccuracy({ run, playback }) {
  const at = playback.epoch - 1;
  const of = (
    /** @type {string} */ name,
    /** @type {ArrayLike<number>} */ values,
    /** @type {ArrayLike<number> | null} */ test,
    /** @type {(value: number) => string} */ words,
  ) => {
    if (at < 0 || playback.edited) return name;
    return `${name} ${words(values[at])}${test ? `, test ${name} ${words(test[at])}` : ""}`;
  };
  return [
    of("loss", run.loss, run.testLoss, (loss) => shortNumber(loss, 3, true)),
    of("accuracy", run.accuracy, run.testAccuracy, percentage),
  ];
}
