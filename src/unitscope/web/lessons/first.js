// @ts-check
/** The first three lessons, as files have them (docs/lessons.md). */

export const FIRST_LESSONS = [
  {
    unitscope: "lesson",
    version: 1,
    title: "Data and classes",
    about: "A tour: what is on this page, and what each part of it says.",
    steps: [
      {
        title: "Points in four classes.",
        text: [
          "Each of the {points} points is two numbers, {name 0} and {name 1}: where it lies. " +
          "Each " +
          "has a class: {class 0}, {class 1}, {class 2} or {class 3}.",
          "A classifier gets the two numbers, and is to say the class. That is all it gets.",
        ],
        state: "epoch=0",
        show: ["map", "data"],
        goal: {
          words: "click on a point.",
          reach: { "chosen point": { changed: true } },
        },
      },
      {
        title: "A network: units, and one output a class.",
        text: [
          "On the left the two numbers come in. Each square in the middle is a hidden unit, and " +
          "shows what it answers over the whole plane. On the right is an output for each class.",
          "A line between two of them is a weight: the wider, the larger; blue above 0, orange " +
          "below. The class whose output is largest is what the network says.",
        ],
        state: "epoch=0",
        show: ["network"],
        question: {
          text: "How many weights and biases does this network have?",
          answer: "Layer 1 has 2 x 2 weights and 2 biases, layer 2 has 2 x 4 weights and 4 " +
            "biases: 18 numbers in all.",
        },
      },
      {
        title: "Training changes the weights.",
        text: [
          "At epoch 0 the weights are where training starts. In each epoch the network sees all " +
          "points once, and each weight is moved a little, so that the loss falls.",
          "Here is epoch {epoch} of {epochs}: {right} of {points} points are right.",
        ],
        state: "epoch=0",
        show: ["play", "map"],
        at: "play",
        goal: {
          words: "press Play, and watch until the end.",
          reach: { epoch: { at_least: 200 } },
        },
      },
      {
        title: "Each place of the map has a class.",
        text: [
          "The map shows what the network would say of a point at each place: {right} of the " +
          "{points} points are right. Along the lines, two outputs are equally large.",
        ],
        state: "",
        show: ["map"],
      },
      {
        title: "A hidden unit parts the plane in two.",
        text: [
          "Here is {unit 1 0}, in large. It is 0 on one side of its line, and grows on the " +
          "other. " +
          "It answers more than 0 at {on 1 0 0}, {on 1 0 1}, {on 1 0 2} and {on 1 0 3} points of " +
          "{class 0}, {class 1}, {class 2} and {class 3}.",
        ],
        state: "unit=0,0",
        show: ["map"],
      },
      {
        title: "Layer 2 sees only the answers of the units.",
        text: [
          "The answers of the two units make a new place of each point. Layer 2 knows no other. " +
          "There every class has a place of its own, and straight lines tell them apart.",
        ],
        state: "",
        show: ["hidden"],
      },
      {
        title: "How sure is it of one point?",
        text: [
          "The outputs of a point become probabilities. Of point 23, which is a {class 2}, the " +
          "network says {class 2} with {probability 23 2}, and {class 3} with " +
          "{probability 23 3}.",
        ],
        state: "point=23",
        show: ["point", "map"],
      },
      {
        title: "Now your own points.",
        text: [
          "Drag a point, and the network is trained again while you do. Or choose Add and a " +
          "class, and click on the map. Ctrl+Z takes it back.",
        ],
        state: "",
        show: ["map", "tools"],
        goal: {
          words: "drag a point across a line.",
          reach: { "points moved": { at_least: 1 } },
        },
      },
    ],
  },
  {
    unitscope: "lesson",
    version: 1,
    title: "One unit, one line",
    about: "What a ReLU unit computes, and what it can tell apart.",
    steps: [
      {
        title: "A unit is a sum.",
        text: [
          "{unit 1 0} multiplies {name 0} by {weight 1 0 0} and {name 1} by {weight 1 1 0}, and " +
          "adds {bias 1 0}. Where the sum is above 0 it answers with the sum, and elsewhere " +
          "with 0: this is ReLU.",
          "At point 0, {name 0} is {feature 0 0} and {name 1} is {feature 0 1}. There it answers " +
          "{answer 0 1 0}.",
        ],
        state: "unit=0,0",
        show: ["map"],
        goal: {
          words: "click on a point.",
          reach: { "chosen point": { changed: true } },
        },
      },
      {
        title: "A unit draws one straight line.",
        text: [
          "Where the sum is exactly 0 runs a straight line. On one side of it the unit says " +
          "nothing; on the other it says more, the farther away a point is.",
        ],
        state: "unit=0,0",
        show: ["map", "tools"],
        goal: {
          words: "drag a point of {class 1} to the other side of the line. The network is " +
            "trained again, and the line moves.",
          reach: { "points moved": { at_least: 1 } },
        },
        question: {
          text: "At how many points of {class 0} and of {class 1} does {unit 1 0} answer more " +
            "than 0?",
          answer: "At {on 1 0 0} of {points of 0}, and at {on 1 0 1} of {points of 1}.",
        },
      },
      {
        title: "Another unit, another line.",
        text: [
          "{unit 1 1} has weights of its own: {weight 1 0 1} for {name 0}, {weight 1 1 1} for " +
          "{name 1}, and {bias 1 1}. So its line is another, and it tells other classes apart.",
        ],
        state: "unit=0,1",
        show: ["map", "network"],
        question: {
          text: "At how many points of each class does {unit 1 1} answer more than 0?",
          answer: "{class 0} {on 1 1 0}, {class 1} {on 1 1 1}, {class 2} {on 1 1 2}, {class 3} " +
            "{on 1 1 3}.",
        },
      },
      {
        title: "One unit alone is too few.",
        text: [
          "Now the network has {units} hidden unit. Where it answers 0, layer 2 sees the same of " +
          "all points, and says the same class of them. {right} of {points} points are right.",
        ],
        state: "networkShape=1",
        show: ["map", "network"],
        at: "network",
        goal: {
          words: "give layer 1 a second unit, with the + above it, and get all points right.",
          reach: { units: { equals: 2 }, wrong: { at_most: 0 } },
        },
      },
    ],
  },
  {
    unitscope: "lesson",
    version: 1,
    title: "Two units, four classes",
    about: "How off and on make a code, and what layer 2 does with it.",
    steps: [
      {
        title: "Off and on make a code.",
        text: [
          "{unit 1 0} answers more than 0 at {on 1 0 0}, {on 1 0 1}, {on 1 0 2} and {on 1 0 3} " +
          "of " +
          "the 25 points of {class 0}, {class 1}, {class 2} and {class 3}. For {unit 1 1} it is " +
          "{on 1 1 0}, {on 1 1 1}, {on 1 1 2} and {on 1 1 3}.",
          "So nearly all points of a class have the same two answers, off or on, and each class " +
          "has another pair.",
        ],
        state: "",
        show: ["network", "map"],
        question: {
          text: "Which class has both units off, and which has both on?",
          answer: "{class 0} has both off, {class 3} has both on.",
        },
      },
      {
        title: "The plane of the two units.",
        text: [
          "Here each point stands where its two answers put it. Points at which a unit is off " +
          "lie on an edge, and those with both off lie all in one corner.",
          "Layer 2 draws straight lines here. Seen in the plane of the data, they have bends: " +
          "one wherever they meet the line of a unit.",
        ],
        state: "",
        show: ["hidden", "map"],
      },
      {
        title: "The largest output wins.",
        text: [
          "This is the output of {class 2} over the plane: blue above 0, orange below. It need " +
          "not be above 0 where {class 2} wins. It only has to be larger than the other three.",
        ],
        state: "view=logit&viewClass=2",
        show: ["map", "views"],
        goal: {
          words: "choose Classes in place of Logits, and see who wins.",
          reach: { view: { equals: "classes" } },
        },
      },
      {
        title: "From the start to the end.",
        text: [
          "Epoch {epoch}: {right} of {points} right, {off units} of {units} units off at all " +
          "points.",
        ],
        state: "epoch=0",
        show: ["play", "map"],
        at: "play",
        goal: {
          words: "reach {points} of {points} right with 2 units.",
          reach: { wrong: { at_most: 0 }, units: { equals: 2 } },
        },
      },
      {
        title: "Are the units needed at all?",
        text: [
          "A network without a hidden layer has one straight line between two classes. Remove " +
          "the hidden layer, with the − beside “1 hidden layer”.",
          "{right} of {points} points are right now, with {units} hidden units.",
        ],
        state: "",
        show: ["network", "map"],
        goal: {
          words: "get all points right without a hidden layer.",
          reach: { layers: { equals: 0 }, wrong: { at_most: 0 } },
        },
        question: {
          text: "So what are hidden units for?",
          answer: "For classes that straight lines cannot tell apart: see the lesson on too few " +
            "and too many units. These four need none.",
        },
      },
    ],
  },
];
