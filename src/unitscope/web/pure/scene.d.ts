/** Made from unitscope/wire/messages.py by tools/contract.py. */

export type Activation =
  | "linear"
  | "relu"
  | "leaky_relu"
  | "tanh"
  | "sigmoid"
  | "elu"
  | "softplus"
  | "gelu"
  | "silu"
  | "abs";

export type Window = [[number, number], [number, number]];

/** The most of each that a message may ask for; `message` in bytes, `work` as a product. */
export interface Limits {
  points: number;
  features: number;
  classes: number;
  hidden_layers: number;
  units: number;
  epochs: number;
  work: number;
  message: number;
  seeds: number;
  weights: number;
}

/** One layer's shape. */
export interface LayerScene {
  units: number;
  activation: Activation;
  negative_slope?: number;
}

/** Points, row by row, and their labels; `held_out` has a 1 for each test point. */
export interface DataScene {
  features: number;
  points: string;
  labels: string;
  class_names: string[];
  feature_names: string[];
  held_out: string | null;
}

/** How to train; settings that are left out have the defaults of `us.Recipe`. */
export interface RecipeScene {
  hidden?: number[];
  activation?: Activation;
  optimizer?: string;
  learning_rate?: number;
  batch_size?: number;
  epochs?: number;
  l1?: number;
  l2?: number;
  seed?: number;
}

/** A network with its weights: each layer's matrix, row by row, then its bias. */
export interface NetworkScene {
  features: number;
  layers: LayerScene[];
  weights: string;
}

/** A training: a row of `weights` for each of `epochs`; `loss` and `accuracy` of every epoch. */
export interface RunScene {
  features: number;
  layers: LayerScene[];
  epochs: number[];
  weights: string;
  loss: string;
  accuracy: string;
  test_loss: string | null;
  test_accuracy: string | null;
  recipe: RecipeScene;
  course: boolean;
  stopped: string | null;
}

/** A unit: its layer and its place in it. */
export interface AboutUnit {
  unit: [number, number];
}

/** A class. */
export interface AboutClass {
  class: number;
}

/** A point of the data. */
export interface AboutPoint {
  point: number;
}

/** A sentence, and what it is about. */
export interface ClaimScene {
  topic: string;
  text: string;
  about: (AboutUnit | AboutClass | AboutPoint)[];
}

/** A theme's colours; `tint`: the share of a class's colour in its background. */
export interface LookScene {
  name: string;
  background: string;
  text: string;
  muted: string;
  grid: string;
  line: string;
  halo: string;
  ring: string;
  negative: string;
  zero: string;
  positive: string;
  tint: number;
  curves: string[];
}

/** Both themes, and every class's colour and marker. */
export interface ThemeScene {
  light: LookScene;
  dark: LookScene;
  class_colors: string[];
  class_markers: string[];
}

/** A data set and the defaults of the settings that it has. */
export interface OfferedScene {
  name: string;
  n: number | null;
  classes: number | null;
  noise: number | null;
  has_n: boolean;
  has_noise: boolean;
  has_classes: boolean;
}

/** What the course lab's weights and batches fit: at most `epochs`, else exactly these. */
export interface CourseScene {
  features: number;
  classes: number;
  points: number;
  hidden: number[];
  activation: Activation;
  batch_size: number;
  epochs: number;
}

/** The first screen; a file has its sentences in `claims_by_epoch` instead. */
export interface FirstScene {
  data: DataScene;
  run: RunScene;
  claims?: ClaimScene[];
}

/** What the page can offer; `recipe` has the settings that it starts with. */
export interface GreetingScene {
  id: null;
  kind: "hello";
  version: string;
  limits: Limits;
  datasets: OfferedScene[];
  activations: Activation[];
  optimizers: string[];
  recipe: RecipeScene;
  course: CourseScene;
  theme: ThemeScene;
}

/** The first message of a connection. */
export interface Hello {
  id: null;
  kind: "hello";
  version: string;
  limits: Limits;
  datasets: OfferedScene[];
  activations: Activation[];
  optimizers: string[];
  recipe: RecipeScene;
  course: CourseScene;
  theme: ThemeScene;
  first: FirstScene;
}

/** A training's run, and its `claims` where they were asked for and do not take too long. */
export interface Trained {
  id: number | null;
  kind: "trained";
  run: RunScene;
  claims?: ClaimScene[];
}

/** The sentences of one network. */
export interface Explained {
  id: number | null;
  kind: "explained";
  claims: ClaimScene[];
}

/** One row of weights, one loss and one accuracy for each seed from `first` on. */
export interface SeedsTrained {
  id: number | null;
  kind: "seeds";
  first: number;
  layers: LayerScene[];
  weights: string;
  loss: string;
  accuracy: string;
}

/** A data set or a table; of a table, also its columns and which of them has the classes. */
export interface DataLoaded {
  id: number | null;
  kind: "data";
  data: DataScene;
  columns?: string[];
  target?: string;
}

/** A file to save. */
export interface FileMade {
  id: number | null;
  kind: "file";
  name: string;
  mime: string;
  content: string;
}

/** How far a request is; its reply comes later. */
export interface Progress {
  id: number | null;
  kind: "progress";
  done: number;
  of: number;
}

/** The rule that a request breaks. */
export interface Refused {
  id: number | null;
  kind: "refused";
  message: string;
}

/** A newer request of its kind took its place; or the reply to "cancel", which drops all. */
export interface Dropped {
  id: number | null;
  kind: "superseded" | "cancelled";
}

/** The content of an exported file: the first screen, and the sentences of some epochs. */
export interface FileScene {
  id: null;
  kind: "hello";
  version: string;
  limits: Limits;
  datasets: OfferedScene[];
  activations: Activation[];
  optimizers: string[];
  recipe: RecipeScene;
  course: CourseScene;
  theme: ThemeScene;
  first: FirstScene;
  claims_by_epoch: [number, ClaimScene[]][];
}

/**
 * Train from the recipe's seed, from `start`, or (`course`) as the course lab does if it fits.
 * `explain`: say what came of it, too; areas and distances are those within `window`.
 */
export interface TrainRequest {
  id: number;
  view?: string;
  kind: "train";
  data: DataScene;
  recipe: RecipeScene;
  course?: boolean;
  start?: string | null;
  explain?: boolean;
  window?: Window | null;
}

/** Say what a network does with all points; areas and distances are those within `window`. */
export interface ExplainRequest {
  id: number;
  view?: string;
  kind: "explain";
  data: DataScene;
  network: NetworkScene;
  window?: Window | null;
}

/** Train from `seeds` seeds, `first` and those after it. */
export interface SeedsRequest {
  id: number;
  view?: string;
  kind: "seeds";
  data: DataScene;
  recipe: RecipeScene;
  seeds?: number;
  first?: number;
}

/** A data set by its name; settings that it does not have are ignored. */
export interface DatasetRequest {
  id: number;
  view?: string;
  kind: "dataset";
  name: string;
  n?: number;
  classes?: number;
  noise?: number;
  seed?: number;
}

/** A CSV file's content; `target`: the column of the classes, by default the last. */
export interface TableRequest {
  id: number;
  view?: string;
  kind: "table";
  name: string;
  content: string;
  target?: string | null;
  standardize?: boolean;
}

/** A file of a run, which is trained again; code is of `network`, or of the run's last one. */
export interface ExportRequest {
  id: number;
  view?: string;
  kind: "export";
  what: "html" | "keras" | "numpy" | "run";
  data: DataScene;
  recipe: RecipeScene;
  course?: boolean;
  start?: string | null;
  network?: NetworkScene | null;
}

/** Drop all requests. */
export interface CancelRequest {
  id: number;
  view?: string;
  kind: "cancel";
}

export type About = AboutUnit | AboutClass | AboutPoint;

export type Reply =
  | Hello
  | Trained
  | Explained
  | SeedsTrained
  | DataLoaded
  | FileMade
  | Progress
  | Refused
  | Dropped;

export type Request =
  | TrainRequest
  | ExplainRequest
  | SeedsRequest
  | DatasetRequest
  | TableRequest
  | ExportRequest
  | CancelRequest;
