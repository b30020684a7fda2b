"""A runnable Keras or NumPy script with a network's own numbers."""

from __future__ import annotations

import os
from typing import Any, Literal

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import refusal
from unitscope.export.settings import training_comment
from unitscope.files import writing
from unitscope.models.ours import run_behind
from unitscope.models.read import ReadNetwork
from unitscope.networks import Network
from unitscope.subject import Subject, network_of
from unitscope.training.run import Run

_IMPORTS = {
    "numpy": "import math\n\nimport numpy as np",
    "keras": "import keras\nimport numpy as np",
}
_NUMPY = {
    "linear": "z",
    "relu": "np.maximum(z, 0.0)",
    "leaky_relu": "np.where(z > 0, z, {slope!r} * z)",
    "tanh": "np.tanh(z)",
    "sigmoid": "0.5 * (1.0 + np.tanh(0.5 * z))",
    "elu": "np.where(z > 0, z, np.expm1(np.minimum(z, 0.0)))",
    "softplus": "np.logaddexp(z, 0.0)",
    "gelu": "0.5 * z * (1.0 + np.vectorize(math.erf)(z / math.sqrt(2.0)))",
    "silu": "z * 0.5 * (1.0 + np.tanh(0.5 * z))",
    "abs": "np.abs(z)",
}
_KERAS = {
    "leaky_relu": "keras.layers.LeakyReLU(negative_slope={slope!r})",
    "gelu": "lambda z: keras.activations.gelu(z, approximate=False)",
    "abs": "keras.ops.absolute",
}


def export_code(
    what: Subject,
    path: str | os.PathLike[str] | None = None,
    *,
    to: Literal["numpy", "keras"] = "numpy",
    data: Dataset | None = None,
) -> str:
    """A script that predicts as the network does, with its weights written out.

    **Arguments**

    - `what`: a Run, whose last network is taken, a Network, or a fitted model (see `us.network`).
    - `path`: where to write the script, whole or not at all; without it, it is only returned.
    - `to`: "numpy", which needs nothing but NumPy, or "keras", which builds a model with the
      weights set.
    - `data`: the names of classes and features are taken from it; a run has its own, and a model
      those that it knows.

    Returns the script's text: run, it classifies a first example; imported, it has `predict(X)` and
    `probabilities(X)`, of features in their own units. Of a run, a comment has the call of
    `us.train` that gives it again. **Raises** `InvalidInput`; `CannotWrite`.
    """
    net = network_of("what", what)
    run = run_behind(what)
    about = training_comment(run, net) if isinstance(run, Run) else ""
    text = code_text(net, data or _known(what, net), to, about)
    if path is not None:
        with writing(path) as file:
            file.write(text.encode())
    return text


def _known(what: Any, net: Network) -> Dataset | None:
    """What is known of the data: those of a run, or a first point of 0s with a model's names."""
    run = run_behind(what)
    if isinstance(run, Run):
        return run.data
    if not isinstance(net, ReadNetwork) or net.class_names is None:
        return None
    return Dataset(np.zeros((1, net.n_features)), [0], net.class_names, net.feature_names)


def code_text(net: Network, data: Dataset | None, to: str, about: str = "") -> str:
    """The script, `to` "numpy" or "keras"; `about`: comments on how it was trained."""
    if to not in ("numpy", "keras"):
        raise refusal("to", "one of numpy, keras", to)
    if data is None:
        classes = [f"c{k}" for k in range(net.n_classes)]
        features = [f"x{i}" for i in range(net.n_features)]
        example = [0.0] * net.n_features
    else:
        classes, features = list(data.class_names), list(data.feature_names)
        example = data.X[0].tolist()
    body = _numpy_body(net) if to == "numpy" else _keras_body(net)
    return f'''"""A small classifier as unitscope trained it: \
predict(X) gives the class of each row of X."""

{about}{_IMPORTS[to]}

CLASS_NAMES = {_literal(classes)}
FEATURE_NAMES = {_literal(features)}

{body}

def probabilities(X):
    """The probability of every class: softmax of the logits, (n, {net.n_classes})."""
    z = logits(X)
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def predict(X):
    """The name of the most probable class of each row of X."""
    return [CLASS_NAMES[k] for k in logits(X).argmax(axis=1)]


if __name__ == "__main__":
    example = [{_literal(example)}]
    print(predict(example), probabilities(example))
'''


def _numpy_body(net: Network) -> str:
    weights, steps = [], []
    for at, layer in enumerate(net.layers, start=1):
        weights.append(f"W{at} = {_array(layer.weights)}\nb{at} = {_array(layer.bias)}\n")
        given = "np.asarray(X, dtype=float)" if at == 1 else "a"
        activated = _NUMPY[layer.activation].format(slope=float(layer.negative_slope))
        steps += [f"    z = {given} @ W{at} + b{at}", f"    a = {activated}"]
    steps[-1] = "    return z"
    numbers, lines = "\n".join(weights), "\n".join(steps)
    return f'''{numbers}

def logits(X):
    """The outputs before softmax, (n, {net.n_classes}), for rows of {net.n_features} features."""
{lines}
'''


def _keras_body(net: Network) -> str:
    layers = [f"    keras.Input(shape=({net.n_features},)),"]
    last = len(net.layers) - 1
    for at, layer in enumerate(net.layers):
        given = str(layer.units)
        if at != last and layer.activation != "linear":
            named = _KERAS.get(layer.activation, repr(layer.activation))
            given += f", activation={named.format(slope=float(layer.negative_slope))}"
        layers.append(f"    keras.layers.Dense({given}),")
    weights = [
        f"    {_array(array)},\n" for layer in net.layers for array in (layer.weights, layer.bias)
    ]
    stack, numbers = "\n".join(layers), "".join(weights)
    return f'''model = keras.Sequential([
{stack}
])
model.set_weights([
{numbers}])


def logits(X):
    """The outputs before softmax, (n, {net.n_classes}), for rows of {net.n_features} features."""
    return keras.ops.convert_to_numpy(model(np.asarray(X, dtype="float32"), training=False))
'''


def _literal(values: list[str] | list[float]) -> str:
    """A list as Python text, in ASCII: no name can end its own quotation marks."""
    return "[" + ", ".join(ascii(value) for value in values) + "]"


def _array(array: np.ndarray) -> str:
    rows = array.tolist()
    if array.ndim == 1:
        return f"np.array({rows!r})"
    return "np.array([\n" + "".join(f"    {row!r},\n" for row in rows) + "])"
