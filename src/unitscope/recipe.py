"""Recipe: how a network is shaped and trained, checked once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypedDict, get_args

from unitscope.errors import InvalidInput, real_number, refusal, said, whole_number
from unitscope.networks import Activation, hidden_activations

Optimizer = Literal["sgd", "rmsprop", "adam", "adamw"]
OPTIMIZERS: tuple[Optimizer, ...] = get_args(Optimizer)

# Whether the features are standardized for training; "auto": where the data's need it.
Standardize = bool | Literal["auto"]

# By what the loss of each class's points is multiplied; a Recipe keeps pairs: a class, its number.
ClassWeight = (
    Literal["balanced"] | Mapping[str | int, float] | tuple[tuple[str | int, float], ...] | None
)


class Settings(TypedDict, total=False):
    """The fields of a Recipe as keywords of a call, so that an editor completes and checks them."""

    hidden: int | Sequence[int]
    activation: Activation | Sequence[Activation]
    optimizer: Optimizer
    learning_rate: float
    batch_size: int
    epochs: int
    l1: float | Sequence[float]
    l2: float | Sequence[float]
    seed: int
    momentum: float
    nesterov: bool
    beta_1: float
    beta_2: float
    rho: float
    epsilon: float
    weight_decay: float
    one_logit: bool
    float32_rate: bool
    standardize: Standardize
    class_weight: ClassWeight


@dataclass(frozen=True)
class Recipe:
    """The network's hidden layers and the training's settings; the defaults are the course lab's.

    **Arguments**

    - `hidden`: units of each hidden layer, (8, 8) for two layers of 8; () for softmax regression.
    - `activation`: of the hidden layers: one name, or one for each layer.
    - `optimizer`: sgd, rmsprop, adam or adamw, each with Keras's formula and defaults.
    - `learning_rate`: the step size, above 0.
    - `batch_size`: points in one step; the last, smaller batch of an epoch is kept.
    - `epochs`: passes over the data.
    - `l1`, `l2`: penalties added to the loss: l1 * sum |w| and l2 * sum w**2 over all weights (not
      biases); one number, or one for each layer, the output layer too.
    - `seed`: of the initial weights and of the order of the points in every epoch.
    - `momentum`, `nesterov`: of sgd (momentum also of rmsprop). `beta_1`, `beta_2`: of adam and
      adamw. `rho`: of rmsprop. `epsilon`: of all but sgd. `weight_decay`: of adamw.
    - `one_logit`: of two classes, the first has the logit 0: only that of the second is learned, as
      by one sigmoid unit.
    - `float32_rate`: adam's and adamw's step size is computed in float32, as Keras does, in which
      the first ones are off by up to a part in 100,000. `us.fit` sets it.
    - `standardize`: whether each feature has mean 0 and deviation 1 while the network is trained;
      its weights are then folded, so that it takes points in their own units all the same. "auto":
      where deviations differ by more than 10 times, are above 10 or below 0.1, or a mean is more
      than 10 deviations from 0; never of the drawn toys, whose scale is part of them (see
      `Dataset`). The recipe of a Run or a Sweep has what was done, True or False.
    - `class_weight`: by what the loss of each class's points is multiplied, as Keras does: a
      mapping of classes (labels, names, or numbers from 0 on) to numbers of at least 0, of which
      those left out are 1; or "balanced": points / (classes * points of the class). Kept as pairs.

    **Raises** `InvalidInput` with the rule that was broken.
    """

    hidden: tuple[int, ...] = (2,)
    activation: Activation | tuple[Activation, ...] = "relu"
    optimizer: Optimizer = "adam"
    learning_rate: float = 0.01
    batch_size: int = 32
    epochs: int = 200
    l1: float | tuple[float, ...] = 0.0
    l2: float | tuple[float, ...] = 0.0
    seed: int = 0
    momentum: float = 0.0
    nesterov: bool = False
    beta_1: float = 0.9
    beta_2: float = 0.999
    rho: float = 0.9
    epsilon: float = 1e-7
    weight_decay: float = 0.004
    one_logit: bool = False
    float32_rate: bool = False
    standardize: Standardize = "auto"
    class_weight: ClassWeight = None

    def __post_init__(self) -> None:
        set_field = object.__setattr__
        set_field(self, "hidden", _widths(self.hidden))
        names = hidden_activations(self.activation, len(self.hidden))
        if not isinstance(self.activation, str):
            set_field(self, "activation", names)
        if self.optimizer not in OPTIMIZERS:
            raise refusal("optimizer", "one of " + ", ".join(OPTIMIZERS), self.optimizer)
        for name in ("nesterov", "one_logit", "float32_rate"):
            if not isinstance(getattr(self, name), bool):
                raise refusal(name, "True or False", getattr(self, name))
        if not (isinstance(self.standardize, bool) or self.standardize == "auto"):
            raise refusal("standardize", 'True, False or "auto"', self.standardize)
        if self.class_weight is not None:
            set_field(self, "class_weight", _class_weight(self.class_weight))
        for name, checked in _NUMBERS.items():
            value = getattr(self, name)
            if value is not getattr(Recipe, name):  # the default
                set_field(self, name, checked(name, value))
        for name in ("l1", "l2"):
            value = getattr(self, name)
            if value is not getattr(Recipe, name):
                set_field(self, name, _penalty(name, value, len(self.hidden) + 1))

    def standardizing(self, done: bool) -> Recipe:
        """The same, with what was done about the features' scale."""
        return self if self.standardize is done else self.trusting(standardize=done)

    def trusting(self, **fields: Any) -> Recipe:
        """The same with these fields, which are known to be good: nothing is checked again."""
        same = object.__new__(Recipe)
        vars(same).update(vars(self), **fields)
        return same

    def penalties(self, layers: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """The l1 of each of `layers` layers, and the l2 of each."""
        return _of_each("l1", self.l1, layers), _of_each("l2", self.l2, layers)

    @property
    def penalised(self) -> bool:
        """Whether any weight is."""
        return any(any(of) if isinstance(of, tuple) else of > 0 for of in (self.l1, self.l2))

    @classmethod
    def of(cls, recipe: Recipe | None, settings: Mapping[str, object]) -> Recipe:
        """The recipe, or one made of settings; unknown settings, or both at once, are refused."""
        if recipe is not None and settings:
            raise InvalidInput(
                f"recipe must be given alone. Got {', '.join(settings)} beside it instead. "
                "Use dataclasses.replace(recipe, ...) to change a setting."
            )
        if recipe is not None:
            if not isinstance(recipe, Recipe):
                raise refusal("recipe", "a Recipe", recipe)
            return recipe
        known = cls.__dataclass_fields__
        for name in settings:
            if name not in known:
                raise refusal("setting", "one of " + ", ".join(known), name)
        return cls(**settings)  # type: ignore[arg-type]


_above_0 = partial(real_number, rule="a finite number above 0", above=0.0)
_at_least_0 = partial(real_number, rule="a finite number of at least 0", at_least=0.0)
_below_1 = partial(real_number, rule="at least 0 and below 1", at_least=0.0, below=1.0)
_NUMBERS: dict[str, Callable[[str, Any], float]] = {
    "batch_size": partial(whole_number, at_least=1),
    "epochs": partial(whole_number, at_least=0),
    "seed": partial(whole_number, at_least=0),
    "learning_rate": _above_0,
    "epsilon": _above_0,
    "weight_decay": _at_least_0,
    "momentum": _below_1,
    "beta_1": _below_1,
    "beta_2": _below_1,
    "rho": _below_1,
}


def _penalty(name: str, value: Any, layers: int) -> float | tuple[float, ...]:
    """One number, where all layers have the same."""
    listed = isinstance(value, Iterable) and not isinstance(value, (str, bytes))
    if not listed or getattr(value, "ndim", 1) == 0:
        return _at_least_0(name, value)
    checked = [_at_least_0(f"{name}[{i}]", one) for i, one in enumerate(value)]
    found = _of_each(name, tuple(checked), layers)
    return found[0] if len(set(found)) == 1 else found


def _class_weight(value: Any) -> Any:
    """Pairs of a class and its number, or "balanced"."""
    rule = '"balanced", or classes with a number each'
    if isinstance(value, str):
        if value != "balanced":
            raise refusal("class_weight", rule, value)
        return value
    pairs = value.items() if isinstance(value, Mapping) else value
    try:
        listed = [(key, weight) for key, weight in pairs]
    except (TypeError, ValueError):
        raise refusal("class_weight", rule, value, 'Like {"rare": 5.0}.') from None
    found: dict[str | int, float] = {}
    for key, weight in listed:
        if not isinstance(key, str):
            key = whole_number("class_weight's class", key, at_least=-(2**63))
        if key in found:
            raise refusal("class_weight", "given once for each class", said(f"{key!r} twice"))
        found[key] = _at_least_0(f"class_weight[{key!r}]", weight)
    if not found:
        raise refusal("class_weight", rule, value, 'Like {"rare": 5.0}.')
    return tuple(found.items())


def _of_each(name: str, value: float | tuple[float, ...], layers: int) -> tuple[float, ...]:
    found = value if isinstance(value, tuple) else (value,) * layers
    if len(found) != layers:
        rule = f"one number, or one for each layer, {layers} in all"
        raise refusal(name, rule, said(f"{len(found)} in all"))
    return found


def _widths(hidden: int | Sequence[int]) -> tuple[int, ...]:
    if isinstance(hidden, (str, bytes)):
        raise refusal("hidden", "whole numbers, the units of each hidden layer", hidden)
    widths = tuple(hidden) if isinstance(hidden, Iterable) else (hidden,)
    return tuple(whole_number(f"hidden[{i}]", width, at_least=1) for i, width in enumerate(widths))
