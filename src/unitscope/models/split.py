"""split: a model with layers in front that no network has, and the dense block at its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from unitscope.errors import kind_of, refusal, said
from unitscope.models.read import ReadNetwork


class Split(NamedTuple):
    """A model in two: `features(X)` are the points (n, d) that the dense block `network` takes.

    `network.prepare` is `features`, too, so that `network.dataset(X, y)` takes what the model does.
    """

    features: Callable[[Any], np.ndarray]
    network: ReadNetwork


def split(model: Any, *, at: str | None = None) -> Split:
    """The part of a model up to its last dense block, as a function, and the block as a Network.

    What comes before the block (convolutions, embeddings, attention, recurrence) is done by the
    library itself, at prediction; the block is exact, and is shown and explained over the features
    that go into it: `features, net = us.split(model)`, then `us.explain(net, net.dataset(X, y))`.

    **Arguments**

    - `model`: of Keras, a built Sequential or a Model made of inputs and outputs, whose last layers
      are a chain as `us.from_keras` reads it, from a Dense on; before it there may be any layers,
      several inputs, and branches. Of PyTorch, an `nn.Sequential` that ends in one as
      `us.from_torch` reads it, after its last Flatten; or any other module whose last step is one
      of its parts, such as the `fc` of a ResNet.
    - `at`: the name of that part, of PyTorch; by default the last of its children.

    **Returns** a Split. Its features are named after the layer that they come from.
    **Raises** `UnsupportedModel` where there is no such block, naming the layer; `InvalidInput` for
    anything but a built model. `features` raises `UnsupportedModel` where a module of PyTorch does
    more after that part.
    """
    classes = [] if isinstance(model, type) else type(model).__mro__
    roots = {cls.__module__.partition(".")[0] for cls in classes if cls.__name__ in _MODELS}
    if roots & {"keras", "tf_keras"}:
        from unitscope.models.keras_split import split_keras

        if at is not None:
            raise refusal("at", "given with a module of PyTorch only", at)
        return Split(*split_keras(model))
    if "torch" in roots:
        from unitscope.models.torch_split import split_torch

        return Split(*split_torch(model, at=at))
    raise refusal("model", "a model of Keras or PyTorch", said(kind_of(model)))


_MODELS = ("Model", "Module")
