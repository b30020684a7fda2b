"""network: the one door for models of any library that can be read."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from unitscope.errors import UnitscopeError, UnsupportedModel, kind_of, refusal, said
from unitscope.models.ours import from_ours, is_run, run_behind
from unitscope.models.read import ReadNetwork
from unitscope.models.sampled import ASKED, DOORS, can_be_asked
from unitscope.networks import Network

_RULE = "a fitted model of Keras, scikit-learn or PyTorch"


def network(model: Any) -> ReadNetwork:
    """The exact Network of a fitted model of another library; the model is only read.

    **Arguments**

    - `model`: of Keras, a Sequential or a chain of layers (see `us.from_keras`); of scikit-learn,
      a dense classifier, or a Pipeline that ends in one (`us.from_sklearn`); of PyTorch, an
      `nn.Sequential` (`us.from_torch`); of ours, a Run, a fitted Classifier or a Network.

    **Returns** a Network that predicts what the model predicts, with the names of classes and
    features where the model has them; `net.dataset(X, y)` makes the Dataset that goes with it. As
    what the model was read is `net.understood`, and is said by the logger "unitscope".

    **Raises** `UnsupportedModel` naming the part that is no dense layer and cannot become one, with
    the reason; `InvalidInput` for what is no model, or not fitted.
    """
    own = run_behind(model)
    if isinstance(own, Network) or is_run(own):
        return from_ours(own)
    read = reader_of(model)
    if read is None:
        raise refusal("model", _RULE, said(kind_of(model)), _remedy(model))
    net = read(model)
    say(net)
    return net


def reader_of(model: Any) -> Callable[[Any], ReadNetwork] | None:
    """What reads a model, by the modules of its class and of those that it is made of."""
    if isinstance(model, type):
        return None
    classes = type(model).__mro__
    if _root(classes[0]) == "unitscope":
        return None  # ours, not fitted
    if any(_root(cls) in ("keras", "tf_keras") and cls.__name__ == "Model" for cls in classes):
        from unitscope.models.keras_layers import from_keras

        return _or_in_two(from_keras)
    if any(_root(cls) == "torch" and cls.__name__ == "Module" for cls in classes):
        from unitscope.models.torch import from_torch

        return _or_in_two(from_torch)
    if any(_root(cls) == "sklearn" and cls.__name__ == "BaseEstimator" for cls in classes):
        from unitscope.models.sklearn import from_sklearn

        return from_sklearn
    if any(_root(cls) == "onnx" and cls.__name__ == "ModelProto" for cls in classes):
        from unitscope.models.onnx import from_onnx

        return from_onnx
    return None


def _or_in_two(read: Callable[[Any], ReadNetwork]) -> Callable[[Any], ReadNetwork]:
    """The same, but for a refusal that says of a model that ends in a dense block how to see it."""

    def reading(model: Any) -> ReadNetwork:
        try:
            return read(model)
        except UnsupportedModel as error:
            from unitscope.models.split import split

            try:
                split(model)
            except UnitscopeError:
                raise error from None
            remedy = "features, net = us.split(model) gives the dense block at its end."
            raise UnsupportedModel(f"{error} {remedy}") from None

    return reading


def say(net: Any) -> None:
    """Say as what a model was read."""
    logging.getLogger("unitscope").warning("unitscope: of the model: %s.", net.understood)


def _root(cls: type) -> str:
    return str(cls.__module__).partition(".")[0]


def _remedy(model: Any) -> str:
    if isinstance(model, dict):
        return "us.from_torch(state_dict, sizes=[2, 8, 3]) reads the weights of a model of PyTorch."
    if isinstance(model, type):
        return "Fit a model of it first."
    if is_run(getattr(model, "run", None)):
        return "What us.fit returns has the Run as history.run."
    if can_be_asked(model):
        return DOORS
    if hasattr(model, "fit"):
        return "Its fit(X, y) comes first."
    return ASKED if callable(getattr(model, "predict", None)) else ""
