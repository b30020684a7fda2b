// @ts-check
/** Three lessons more, as files have them (docs/lessons.md). */

export const MORE_LESSONS = [
  {
    unitscope: "lesson",
    version: 1,
    title: "Why a start gets stuck",
    about: "The same data and the same network, from weights that come to nothing.",
    steps: [
      {
        title: "The same network, and fewer points right.",
        text: [
          "These are the points and the network of the lessons before. Only the weights that " +
          "training began from are others: those of seed {seed}. {right} of {points} points are " +
          "right.",
        ],
        state: "course=false&seed=36",
        show: ["map", "network"],
      },
      {
        title: "A unit that is off everywhere.",
        text: [
          "{off units} of the {units} units answers 0 at every point: it is hatched. Layer 2 " +
          "sees " +
          "one number of each point, and one unit is too few for four classes.",
        ],
        state: "course=false&seed=36",
        show: ["network"],
        question: {
          text: "Why does training not mend it?",
          answer: "Training moves a weight by how much the loss changes with it. Where a unit " +
            "answers 0, a little more or less weight leaves it 0. When that is so at every " +
            "point, its weights never move again.",
        },
      },
      {
        title: "It begins with the start.",
        text: [
          "Epoch {epoch}: {right} of {points} right, {off units} of {units} units off at all " +
          "points.",
        ],
        state: "course=false&seed=36&epoch=0",
        show: ["play", "network"],
        at: "play",
        goal: {
          words: "go through the epochs, until a unit is off at all points.",
          reach: { "off units": { at_least: 1 } },
        },
      },
      {
        title: "Another start.",
        text: [
          "The simplest remedy is to begin again from other weights. Open “More …” and " +
          "press “New start”: each press is the next seed. This is {start}: {right} of " +
          "{points} right.",
        ],
        state: "course=false&seed=36",
        show: ["settings", "map"],
        at: "settings",
        goal: {
          words: "get all points right with 2 units, from another start.",
          reach: { wrong: { at_most: 0 }, units: { equals: 2 }, seed: { not: 36 } },
        },
      },
      {
        title: "How often does it happen?",
        text: [
          "Each small map is one start. {starts right} of {starts} get all points right.",
          "Choose one of them, and it is trained here.",
        ],
        state: "course=false&seed=36",
        show: ["starts"],
        goal: {
          words: "find a start that gets all points right, and choose it.",
          reach: { seed: { changed: true }, wrong: { at_most: 0 } },
        },
      },
    ],
  },
  {
    unitscope: "lesson",
    version: 1,
    title: "Too few and too many units",
    about: "A ring needs more lines than two; and what many units learn by heart.",
    steps: [
      {
        title: "One line through two rings.",
        text: [
          "{class 0} lies within {class 1}, all around. {units} unit is one line: {right} of " +
          "{points} points are right.",
        ],
        state: "dataset=circles&classes=2&noise=0.4&networkShape=1&learningRate=0.03",
        show: ["map", "network"],
      },
      {
        title: "Two lines never close a region.",
        text: [
          "With {units} units {right} of {points} are right. The regions of two ReLU units reach " +
          "to the edge of the plane, however they are trained: two lines enclose nothing.",
        ],
        state: "dataset=circles&classes=2&noise=0.4&networkShape=2&learningRate=0.03",
        show: ["map", "network"],
        at: "network",
        goal: {
          words: "give the layer more units, until all points are right.",
          reach: { units: { at_least: 3 }, wrong: { at_most: 0 } },
        },
        question: {
          text: "How many lines close a region at least?",
          answer: "Three: a triangle. Not every start with 3 units finds one; with more units, " +
            "more do.",
        },
      },
      {
        title: "Many units learn the points by heart.",
        text: [
          "Now the points of the two classes overlap, and every second one is held out: the " +
          "hollow ones are not trained on.",
          "{units} units get {right} of {points} points right that they were trained on, and " +
          "{test right} of {test points} that they were not.",
        ],
        state: "dataset=moons&classes=2&noise=1&percTrainData=50&networkShape=24&" +
          "learningRate=0.03&epochs=1000",
        show: ["map", "network"],
        question: {
          text: "Which of the two numbers says how good the network is at new points?",
          answer: "That of the test points. What a network has seen, it can learn by heart.",
        },
      },
      {
        title: "Fewer units, or a penalty.",
        text: [
          "{units} units: {right} of {points} right, and of the test points {test right} of " +
          "{test points}.",
        ],
        state: "dataset=moons&classes=2&noise=1&percTrainData=50&networkShape=24&" +
          "learningRate=0.03&epochs=1000",
        show: ["settings", "network", "map"],
        at: "settings",
        goal: {
          words: "get at least 46 of the test points right: with fewer units, fewer epochs or " +
            "an L2 penalty, behind “More …”.",
          reach: { "test right": { at_least: 46 } },
        },
      },
    ],
  },
  {
    unitscope: "lesson",
    version: 1,
    title: "Softmax and logits",
    about: "How outputs become probabilities, and what these say.",
    steps: [
      {
        title: "An output is a sum, too.",
        text: [
          "Layer 2 adds up the two answers of layer 1, with weights of its own for each class. " +
          "The sums are called logits. At point 23 they are {logit 23 0}, {logit 23 1}, " +
          "{logit 23 2} and {logit 23 3}.",
        ],
        state: "point=23",
        show: ["point", "network"],
        question: {
          text: "Which class does the network say, and why?",
          answer: "{class 2}: its logit, {logit 23 2}, is the largest of the four.",
        },
      },
      {
        title: "Softmax: e to the power of each, divided by their sum.",
        text: [
          "So every class gets a share above 0, and the shares of all are 1 together: " +
          "{probability 23 0}, {probability 23 1}, {probability 23 2} and {probability 23 3}.",
          "Only the differences of logits count: with 1 more in all four, the shares are the " +
          "same. “Show the sums” has each number.",
        ],
        state: "point=23",
        show: ["point"],
      },
      {
        title: "Where is it unsure?",
        text: [
          "The paler the map, the less sure the network is there. It is least sure along the " +
          "lines, where two logits are equal.",
        ],
        state: "view=probability",
        show: ["map", "point"],
        goal: {
          words: "choose a point of whose class the network is less than 90% sure.",
          reach: { "chosen probability": { at_most: 0.9 } },
        },
      },
      {
        title: "Training makes it surer.",
        text: [
          "At epoch {epoch} the network gives {class 2} {probability 23 2} at point 23, which is " +
          "one. The loss is how small the probabilities of the right classes are: the mean of " +
          "−log of each.",
        ],
        state: "point=23&epoch=40",
        show: ["play", "point"],
        at: "play",
        goal: {
          words: "go on, until {class 2} has at least 80% at point 23.",
          reach: { "probability 23 2": { at_least: 0.8 } },
        },
      },
    ],
  },
];
