"""What is known of a training beside its recipe, so that the words can say it."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Literal

from unitscope.errors import refusal

# What the loss took the outputs of the last layer for, where they were the other.
Misread = Literal["logits", "probabilities"]


@dataclasses.dataclass(frozen=True)
class Fitted:
    """Of a Run that `us.fit` gave, or of a network that was trained elsewhere.

    - `why`: why Keras trained it; None where the kernel did.
    - `loss`: the name of the loss that was minimized; None for the cross-entropy of the classes.
    - `misread`: "logits" where that loss took the outputs of a softmax for logits, "probabilities"
      where it took logits for probabilities; None where it took them for what they are.
    - `validation_loss`, `validation_accuracy`: after the last epoch, on points that were held out;
      None without such points, or without such a metric.
    - `read_as`: as what its model was read, of a network that was trained elsewhere.
    """

    why: str | None = None
    loss: str | None = None
    misread: Misread | None = None
    validation_loss: float | None = None
    validation_accuracy: float | None = None
    read_as: str | None = None

    @classmethod
    def read(cls, about: Any) -> Fitted | None:
        """What a file has of it, checked; None where it has nothing."""
        if about is None:
            return None
        found = cls(**about)
        for name, value in vars(found).items():
            kind = float if name.startswith("validation") else str
            if value is not None and type(value) is not kind:
                raise refusal(name, f"a {kind.__name__} or null", value)
            if isinstance(value, float) and not math.isfinite(value):
                raise refusal(name, "finite", value)
        if found.misread not in (None, "logits", "probabilities"):
            raise refusal("misread", 'null, "logits" or "probabilities"', found.misread)
        return found
