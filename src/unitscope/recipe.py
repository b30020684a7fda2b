"""Recipe: how a network is shaped and trained, checked once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Literal, TypedDict, get_args

from unitscope.errors import InvalidInput, real_number, refusal, whole_number
from unitscope.network import Activation, hidden_activations

Optimizer = Literal["sgd", "rmsprop", "adam", "adamw"]
OPTIMIZERS: tuple[Optimizer, ...] = get_args(Optimizer)


class Settings(TypedDict, total=False):
    """The fields of a Recipe as keywords of a call, so that an editor completes and checks them."""

    hidden: int | Sequence[int]
    activation: Activation | Sequence[Activation]
    optimizer: Optimizer
    learning_rate: float
    batch_size: int
    epochs: int
    l1: float
    l2: float
    seed: int
    momentum: float
    nesterov: bool
    beta_1: float
    beta_2: float
    rho: float
    epsilon: float
    weight_decay: float


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
      biases).
    - `seed`: of the initial weights and of the order of the points in every epoch.
    - `momentum`, `nesterov`: of sgd (momentum also of rmsprop). `beta_1`, `beta_2`: of adam and
      adamw. `rho`: of rmsprop. `epsilon`: of all but sgd. `weight_decay`: of adamw.

    **Raises** `InvalidInput` with the rule that was broken.
    """

    hidden: tuple[int, ...] = (2,)
    activation: Activation | tuple[Activation, ...] = "relu"
    optimizer: Optimizer = "adam"
    learning_rate: float = 0.01
    batch_size: int = 32
    epochs: int = 200
    l1: float = 0.0
    l2: float = 0.0
    seed: int = 0
    momentum: float = 0.0
    nesterov: bool = False
    beta_1: float = 0.9
    beta_2: float = 0.999
    rho: float = 0.9
    epsilon: float = 1e-7
    weight_decay: float = 0.004

    def __post_init__(self) -> None:
        set_field = object.__setattr__
        set_field(self, "hidden", _widths(self.hidden))
        names = hidden_activations(self.activation, len(self.hidden))
        if not isinstance(self.activation, str):
            set_field(self, "activation", names)
        if self.optimizer not in OPTIMIZERS:
            raise refusal("optimizer", "one of " + ", ".join(OPTIMIZERS), self.optimizer)
        if not isinstance(self.nesterov, bool):
            raise refusal("nesterov", "True or False", self.nesterov)
        for name, least in (("batch_size", 1), ("epochs", 0), ("seed", 0)):
            set_field(self, name, whole_number(name, getattr(self, name), at_least=least))
        for name in ("learning_rate", "epsilon"):
            rule = "a finite number above 0"
            set_field(self, name, real_number(name, getattr(self, name), rule, above=0.0))
        for name in ("l1", "l2", "weight_decay"):
            rule = "a finite number of at least 0"
            set_field(self, name, real_number(name, getattr(self, name), rule, at_least=0.0))
        for name in ("momentum", "beta_1", "beta_2", "rho"):
            rule, value = "at least 0 and below 1", getattr(self, name)
            set_field(self, name, real_number(name, value, rule, at_least=0.0, below=1.0))

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
        known = [field.name for field in fields(cls)]
        for name in settings:
            if name not in known:
                raise refusal("setting", "one of " + ", ".join(known), name)
        return cls(**settings)  # type: ignore[arg-type]


def _widths(hidden: int | Sequence[int]) -> tuple[int, ...]:
    if isinstance(hidden, (str, bytes)):
        raise refusal("hidden", "whole numbers, the units of each hidden layer", hidden)
    widths = tuple(hidden) if isinstance(hidden, Iterable) else (hidden,)
    return tuple(whole_number(f"hidden[{i}]", width, at_least=1) for i, width in enumerate(widths))
