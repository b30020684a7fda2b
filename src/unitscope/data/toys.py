"""Toy data sets, such as `us.datasets.moons(noise=0.3)`: one seeded function each, in one table.

The drawn ones live in the plane at the course lab's scale, roughly -6 to 6 in both features, so
that the default recipe suits them; their unit is simply the axis's. `noise` is always the standard
deviation of a normal displacement in that unit, and the same seed gives the same points.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Literal, TypedDict, Unpack

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.data.parts import Part
from unitscope.data.questions import QUESTIONS, answers
from unitscope.data.sentences import TAGS, sentences
from unitscope.data.shapes import shape_features, shape_names
from unitscope.data.silhouettes import KINDS, kinds, silhouette, silhouettes
from unitscope.errors import real_number, refusal, whole_number

__all__ = [
    "lab",
    "blobs",
    "moons",
    "circles",
    "spirals",
    "xor",
    "iris",
    "wine",
    "digits",
    "words",
    "animals",
    "silhouettes",
    "silhouette",
    "shape_features",
    "names",
    "load",
]

ToyName = Literal[
    "lab",
    "blobs",
    "moons",
    "circles",
    "spirals",
    "xor",
    "iris",
    "wine",
    "digits",
    "words",
    "animals",
]


class ToySettings(TypedDict, total=False):
    """What `load` hands on to the toys that have it."""

    n: int
    classes: int
    noise: float
    seed: int
    part: Part


_HALF_WIDTH = 6.0  # of the drawn toys, before noise
_MOST_CLASSES = 20
_GOLDEN_ANGLE = np.pi * (3.0 - np.sqrt(5.0))  # a turn that never repeats a direction


def lab(noise: float = 1.0, seed: int = 0) -> Dataset:
    """The course lab's 100 points in 4 classes of 25, or others around the same four centres.

    The same numbers as scikit-learn's `make_blobs(n_samples=100, centers=[[-5, 2], [-2, -2],
    [1, 2], [5, -2]], cluster_std=1.0, random_state=30)`, without importing scikit-learn.

    - `noise`: standard deviation of a cloud in each feature; the lab's own is 1.
    - `seed`: of the points; the lab's own is 0, scikit-learn's 30.
    """
    spread = real_number("noise", noise, "a finite number of at least 0", at_least=0.0)
    rng = np.random.RandomState((30 + _seed(seed)) % 2**32)
    centers = np.array([[-5.0, 2.0], [-2.0, -2.0], [1.0, 2.0], [5.0, -2.0]])
    X = np.concatenate([rng.normal(center, spread, (25, 2)) for center in centers])
    order = np.arange(100)
    rng.shuffle(order)
    return Dataset(X[order], np.repeat(np.arange(4), 25)[order], fixed_scale=True)


def blobs(n: int = 100, classes: int = 4, noise: float = 1.0, seed: int = 0) -> Dataset:
    """One round cloud per class; the centres spread over a disc as the seeds of a sunflower do.

    **Arguments**

    - `n`: points, at least one per class; the classes' sizes differ by at most 1.
    - `classes`: 2 to 20.
    - `noise`: standard deviation of a cloud in each feature; 0 puts all its points on the centre.
    - `seed`: of the points.

    **Raises** `InvalidInput` with the rule that was broken, as all the toys do.

    Reference: Vogel, 1979, A better way to construct the sunflower head.
    """
    k = np.arange(_classes(classes))
    radius, angle = _HALF_WIDTH * np.sqrt((k + 0.5) / len(k)), k * _GOLDEN_ANGLE
    centers = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    return _scattered(
        [
            np.tile(center, (size, 1))
            for center, size in zip(centers, _sizes(n, len(k)), strict=True)
        ],
        noise,
        np.random.default_rng(_seed(seed)),
    )


def moons(n: int = 100, noise: float = 0.4, seed: int = 0) -> Dataset:
    """Two half circles that reach into each other.

    Those of scikit-learn's `make_moons`, centred and 4 times as large.

    **Arguments**

    - `n`: points, at least 2; evenly spaced along the two arcs, of radius 4.
    - `noise`: standard deviation of the displacement off the arcs in each feature.
    - `seed`: of the displacement and of the order of the points.
    """
    upper, lower = (np.linspace(0.0, np.pi, size) for size in _sizes(n, 2))
    arcs = [
        np.column_stack([np.cos(upper) - 0.5, np.sin(upper) - 0.25]),
        np.column_stack([0.5 - np.cos(lower), 0.25 - np.sin(lower)]),
    ]
    return _scattered([4.0 * arc for arc in arcs], noise, np.random.default_rng(_seed(seed)))


def circles(n: int = 100, classes: int = 2, noise: float = 0.4, seed: int = 0) -> Dataset:
    """One ring per class around the origin, class 0 the innermost; the outermost has radius 6.

    **Arguments**

    - `n`: points, at least one per class; evenly spaced along each ring.
    - `classes`: rings, 2 to 20, at equal distances.
    - `noise`: standard deviation of the displacement off the rings in each feature.
    - `seed`: of the displacement and of the order of the points.
    """
    classes = _classes(classes)
    rings = []
    for ring, size in enumerate(_sizes(n, classes), start=1):
        angle = np.linspace(0.0, 2.0 * np.pi, size, endpoint=False)
        rings.append(_HALF_WIDTH * ring / classes * np.column_stack([np.cos(angle), np.sin(angle)]))
    return _scattered(rings, noise, np.random.default_rng(_seed(seed)))


def spirals(n: int = 100, classes: int = 2, noise: float = 0.2, seed: int = 0) -> Dataset:
    """One spiral arm per class, each a whole turn from radius 0.6 to 6.

    **Arguments**

    - `n`: points, at least one per class; evenly spaced in angle along each arm.
    - `classes`: arms, 2 to 20, at equal angles.
    - `noise`: standard deviation of the displacement off the arms in each feature.
    - `seed`: of the displacement and of the order of the points.
    """
    classes = _classes(classes)
    arms = []
    for arm, size in enumerate(_sizes(n, classes)):
        along = np.linspace(0.1, 1.0, size)
        angle = 2.0 * np.pi * (along + arm / classes)
        arms.append(_HALF_WIDTH * along[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]))
    return _scattered(arms, noise, np.random.default_rng(_seed(seed)))


def xor(n: int = 100, noise: float = 0.4, seed: int = 0) -> Dataset:
    """Four squares: class 0 where both features have the same sign, class 1 where they differ.

    **Arguments**

    - `n`: points, at least 2; uniform in each quadrant's square of side 6.
    - `noise`: standard deviation of the displacement, in each feature, after the class was decided.
    - `seed`: of the points.
    """
    rng = np.random.default_rng(_seed(seed))
    quadrants = {0: [(1.0, 1.0), (-1.0, -1.0)], 1: [(-1.0, 1.0), (1.0, -1.0)]}
    groups = []
    for label, size in enumerate(_sizes(n, 2)):
        signs = np.array([quadrants[label][i % 2] for i in range(size)])
        groups.append(rng.uniform(0.0, _HALF_WIDTH, (size, 2)) * signs)
    return _scattered(groups, noise, rng)


def iris() -> Dataset:
    """Fisher's irises: 150 flowers of 3 species, 4 lengths in cm; scikit-learn's `load_iris`."""
    return _shipped("iris")


def wine() -> Dataset:
    """178 wines of 3 growers, 13 measurements, each in its own unit; scikit-learn's `load_wine`.

    The features differ in scale by a thousand, so that a training standardizes them.
    """
    return _shipped("wine")


def digits() -> Dataset:
    """1,797 handwritten digits of 8 by 8 pixels, ink 0 (none) to 16: `load_digits`."""
    return _shipped("digits")


def words(part: Part = "all") -> Dataset:
    """The words of 541 English sentences as yes/no questions, in 5 parts of speech.

    **Arguments**

    - `part`: "all"; "train" or "test" for the sentences to learn from and the quarter left out.
      No sentence is in both.

    Features are the answers to questions about a word and its neighbours, 1 for yes and 0 for no;
    a point is a word, and the words of a sentence follow one another.
    """
    chosen = sentences(part)
    X = np.concatenate([answers(sentence.words) for sentence in chosen])
    tags = [tag for sentence in chosen for tag in sentence.tags]
    return Dataset(X, tags, TAGS, tuple(QUESTIONS), fixed_scale=True)


def animals(part: Part = "all") -> Dataset:
    """The shapes of 1,600 silhouettes of animals as numbers; 400 each of dog, cat, horse and other.

    **Arguments**

    - `part`: "all"; "train" or "test" for those to learn from and the quarter left out. No two of
      all the silhouettes, mirrored or not, are the same but for 20 of their 784 pixels.

    Features are what a child could count or compare, such as legs, and how far a quarter of the
    animal's box is filled: `shape_features`. `silhouettes` has the pictures, in the same order;
    "other" are bears, birds, cows, elephants, giraffes and sheep.
    """
    pixels = silhouettes(part)
    data = Dataset(shape_features(pixels), kinds(part), KINDS, shape_names())
    return data.pictured(pixels)


TOYS: dict[ToyName, Callable[..., Dataset]] = {
    "lab": lab,
    "blobs": blobs,
    "moons": moons,
    "circles": circles,
    "spirals": spirals,
    "xor": xor,
    "iris": iris,
    "wine": wine,
    "digits": digits,
    "words": words,
    "animals": animals,
}


def names() -> tuple[ToyName, ...]:
    """The names that `load` knows."""
    return tuple(TOYS)


def load(name: ToyName, **settings: Unpack[ToySettings]) -> Dataset:
    """The toy called `name`, made with `settings`, such as `load("moons", noise=0.3)`.

    **Raises** `InvalidInput` for a name that is not in `names()` or a setting that the toy does not
    have.
    """
    if not isinstance(name, str) or name not in TOYS:
        raise refusal("name", "one of " + ", ".join(TOYS), name)
    known = list(inspect.signature(TOYS[name]).parameters)
    for setting in settings:
        if setting not in known:
            raise refusal(
                "setting",
                "one of " + ", ".join(known) if known else f"left out: {name} has none",
                setting,
            )
    return TOYS[name](**settings)


def _classes(classes: object) -> int:
    number = whole_number("classes", classes, at_least=2)
    if number > _MOST_CLASSES:
        raise refusal("classes", f"a whole number of at most {_MOST_CLASSES}", number)
    return number


def _sizes(n: object, classes: int) -> list[int]:
    """`n` points dealt out to the classes; the first ones get what is left over."""
    each, left = divmod(whole_number("n", n, at_least=classes), classes)
    return [each + (k < left) for k in range(classes)]


def _seed(seed: object) -> int:
    return whole_number("seed", seed, at_least=0)


def _scattered(groups: Sequence[np.ndarray], noise: object, rng: np.random.Generator) -> Dataset:
    """Groups of points (m, 2), one per class, displaced by normal noise, in shuffled order."""
    spread = real_number("noise", noise, "a finite number of at least 0", at_least=0.0)
    X = np.concatenate(groups)
    X = X + spread * rng.standard_normal(X.shape)
    y = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    order = rng.permutation(len(X))
    return Dataset(X[order], y[order], fixed_scale=True)


def _shipped(name: str) -> Dataset:
    """A data set in the package: whole numbers, which over their scale are those published."""
    with (
        (files("unitscope") / "package_data" / f"{name}.npz").open("rb") as file,
        np.load(file, allow_pickle=False) as stored,
    ):
        return Dataset(
            stored["X"] / stored["scale"],
            stored["y"],
            stored["class_names"].tolist(),
            stored["feature_names"].tolist(),
        )


def __dir__() -> list[str]:
    return __all__
