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

/**
 * Points, row by row, and their labels; `held_out` has a 1 for each test point. `sample_of`: how
 * many there are, where these are a sample. `fixed_scale`: as in `us.Dataset`.
 */
export interface DataScene {
  features: number;
  points: string;
  labels: string;
  class_names: string[];
  feature_names: string[];
  held_out: string | null;
  sample_of?: number;
  fixed_scale?: boolean;
}

/**
 * How to train; settings that are left out have the defaults of `us.Recipe`. `class_weight`: of
 * each class a number, in their order.
 */
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
  standardize?: boolean | "auto";
  class_weight?: "balanced" | number[] | null;
}

/** A network with its weights: each layer's matrix, row by row, then its bias. */
export interface NetworkScene {
  features: number;
  layers: LayerScene[];
  weights: string;
}

/**
 * The plane on which a run's last network shows best, of more than two features (`us.Plane`).
 * `origin` (d,), `basis` and `dual` (2, d); `names`: of its coordinates; `words`: what it is.
 */
export interface PlaneScene {
  origin: string;
  basis: string;
  dual: string;
  names: [string, string];
  words: string;
}

/**
 * A training: a row of `weights` for each of `epochs`; `loss` and `accuracy` of every epoch.
 * `test_loss`, `test_accuracy`: of the points held out. Where it was stopped early, they go on
 * after the run's last epoch, which is the best. `standardized`: the features were, for training.
 * `read_as`: of a network that was trained elsewhere, as what its model was read.
 */
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
  early_stopping?: number | null;
  standardized?: boolean;
  plane?: PlaneScene | null;
  read_as?: string;
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

/** What was tried and what came of it, and a button's words and the settings it changes. */
export interface RemedyScene {
  what: string;
  told: string;
  words: string;
  change: RecipeScene;
}

/** A sentence, and what it is about; `classes`: where it names one: begin, end, class. */
export interface ClaimScene {
  topic: string;
  text: string;
  about: (AboutUnit | AboutClass | AboutPoint)[];
  classes?: number[][];
  remedies?: RemedyScene[];
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

/** A few points of a set, seen from where they lie apart: x and y of each, and its class. */
export interface ThumbnailScene {
  places: string;
  labels: string;
}

/**
 * A data set and the defaults of the settings that it has. `hidden`: the units that it begins with,
 * where those of before are too few.
 */
export interface OfferedScene {
  name: string;
  n: number | null;
  classes: number | null;
  noise: number | null;
  has_n: boolean;
  has_noise: boolean;
  has_classes: boolean;
  thumbnail: ThumbnailScene;
  hidden?: number[];
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

/** A network that is compared with the run's last; `shown`: what that one is called. */
export interface BesideScene {
  network: NetworkScene;
  name: string;
  shown: string;
}

/**
 * The first screen; a file has its sentences in `claims_by_epoch` instead. `notes`: what was
 * guessed of the table that the data were read from. `beside`: of a comparison.
 */
export interface FirstScene {
  data: DataScene;
  run: RunScene;
  claims?: ClaimScene[];
  notes?: string[];
  beside?: BesideScene;
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

/** A data set. */
export interface DataLoaded {
  id: number | null;
  kind: "data";
  data: DataScene;
}

/**
 * A column of a table. `about`: what is in it, in a few words; `missing`: how many of its values;
 * `classes`: how many it would make, 0 where it has numbers that are none; `problem`: why it can be
 * no feature.
 */
export interface ColumnScene {
  name: string;
  role: "class" | "feature" | "out";
  about: string;
  missing: number;
  classes: number;
  problem: string;
}

/**
 * A table: its columns, and its points as was asked, or why they are `refused`. - `incomplete`: how
 * many of its `rows` lack a value of the columns that are used. - `header_in_doubt`: it is not
 * clear whether the first line has names. - `notes`: what was guessed, left out or filled.
 */
export interface TableRead {
  id: number | null;
  kind: "table";
  rows: number;
  incomplete: number;
  columns: ColumnScene[];
  header_in_doubt: boolean;
  notes: string[];
  data?: DataScene;
  refused?: string;
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
 * `early_stopping`: after how many epochs without a lower loss on the points held out to stop.
 */
export interface TrainRequest {
  id: number;
  view?: string;
  kind: "train";
  data: DataScene;
  recipe: RecipeScene;
  early_stopping?: number | null;
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
  early_stopping?: number | null;
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

/**
 * A table's content, and how it is to be read, as `us.read_table` has it. `header`: whether the
 * first line has the columns' names; `more`: how many rows the file has that the content, a sample,
 * has not.
 */
export interface TableRequest {
  id: number;
  view?: string;
  kind: "table";
  name: string;
  content: string;
  target?: string | null;
  features?: string[] | null;
  ignore?: string[] | null;
  missing?: "refuse" | "drop" | "mean";
  sep?: string | null;
  encoding?: string | null;
  decimal?: string | null;
  header?: "check" | "names" | "none";
  more?: number;
}

/**
 * A file of a run, which is trained again; code is of `network`, or of the run's last one.
 * `read_as`: nothing is trained; the file is of `network`, a model that was read as this.
 */
export interface ExportRequest {
  id: number;
  view?: string;
  kind: "export";
  what: "html" | "keras" | "numpy" | "run";
  data: DataScene;
  recipe: RecipeScene;
  early_stopping?: number | null;
  course?: boolean;
  start?: string | null;
  network?: NetworkScene | null;
  read_as?: string;
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
  | TableRead
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
