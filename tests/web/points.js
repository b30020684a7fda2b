// Data that several tests start from.

/** Three points of two classes, none held out. */
export const few = () => ({
  features: 2,
  points: Float64Array.of(0, 1, 2, 3, 4, 5),
  labels: Uint8Array.of(0, 1, 1),
  classNames: ["a", "b"],
  featureNames: ["x0", "x1"],
  heldOut: null,
});
