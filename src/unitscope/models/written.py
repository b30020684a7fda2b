"""to_torch, to_onnx, to_sklearn: a network as a model of another library, with its weights."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from unitscope.errors import MissingDependency, UnsupportedModel, refusal, said
from unitscope.models.names import KEY, put_on, text_of
from unitscope.networks import Dense, Network

_TORCH = {
    "relu": "ReLU",
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "elu": "ELU",
    "softplus": "Softplus",
    "gelu": "GELU",
    "silu": "SiLU",
}
_ONNX = {
    "relu": "Relu",
    "leaky_relu": "LeakyRelu",
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "elu": "Elu",
    "softplus": "Softplus",
    "gelu": "Gelu",
    "abs": "Abs",
}
_SKLEARN = {"linear": "identity", "relu": "relu", "tanh": "tanh", "sigmoid": "logistic"}
_OPSET, _FORMAT = 20, 9  # the first that has Gelu, and the format that came with it


def to_torch(net: Network) -> Any:
    """An `nn.Sequential` of Linear layers and activations with the network's weights, float32.

    It is in `eval()`; its outputs are the logits, so that it goes with `nn.CrossEntropyLoss`. Names
    that the network knows are its attributes `class_names` and `feature_names`, which no state_dict
    has: `net.save` keeps them in a file.

    **Raises** `UnsupportedModel` for abs, which is no module of PyTorch; `MissingDependency`.
    """
    layers = _checked(net)
    torch = _imported("torch", "PyTorch", "torch", "to_torch")
    parts = []
    for layer in layers:
        weights, bias = _single(layer)
        linear = torch.nn.Linear(layer.inputs, layer.units, dtype=torch.float32)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(np.ascontiguousarray(weights.T)))
            linear.bias.copy_(torch.from_numpy(bias))
        parts.append(linear)
        if layer.activation == "leaky_relu":
            parts.append(torch.nn.LeakyReLU(layer.negative_slope))
        elif layer.activation != "linear":
            parts.append(getattr(torch.nn, _named(layer, _TORCH, "an nn.Sequential"))())
    model = torch.nn.Sequential(*parts).eval()
    put_on(model, net)
    return model


def to_onnx(net: Network) -> Any:
    """An `onnx.ModelProto`, float32, from X, (n, d), to logits, (n, K); `onnx.save` writes it.

    Names of classes and features are in its metadata, where `us.from_onnx` finds them again.

    **Raises** `MissingDependency` where onnx is not installed.
    """
    layers = _checked(net)
    onnx = _imported("onnx", "onnx", "onnx", "to_onnx")
    helper, float32 = onnx.helper, onnx.TensorProto.FLOAT
    nodes: list[Any] = []
    arrays: list[Any] = []
    at = "X"

    def add(kind: str, inputs: list[str], name: str, **settings: Any) -> str:
        nodes.append(helper.make_node(kind, inputs, [name], name=name, **settings))
        return name

    for number, layer in enumerate(layers, start=1):
        named = [f"layer{number}_weights", f"layer{number}_bias"]
        arrays += map(onnx.numpy_helper.from_array, _single(layer), named)
        at = add("Gemm", [at, *named], f"layer{number}")
        name = f"layer{number}_{layer.activation}"
        if layer.activation == "silu":
            at = add("Mul", [at, add("Sigmoid", [at], f"{name}_sigmoid")], name)
        elif layer.activation != "linear":
            leaky = layer.activation == "leaky_relu"
            settings = {"alpha": layer.negative_slope} if leaky else {}
            at = add(_named(layer, _ONNX, "a model in ONNX"), [at], name, **settings)
    add("Identity", [at], "logits")
    ends = [
        [helper.make_tensor_value_info(name, float32, ["n", size])]
        for name, size in (("X", net.n_features), ("logits", net.n_classes))
    ]
    graph = helper.make_graph(nodes, "network", *ends, arrays)
    versions = [helper.make_opsetid("", _OPSET)]
    model = helper.make_model(
        graph, opset_imports=versions, ir_version=_FORMAT, producer_name="unitscope"
    )
    if text := text_of(net):
        helper.set_model_props(model, {KEY: text})
    return model


def to_sklearn(net: Network) -> Any:
    """A fitted `MLPClassifier` with the network's weights, float64.

    It answers with the labels that the network knows, else with the classes' numbers. Two classes
    have one output, the difference of their logits.

    **Raises** `UnsupportedModel` where the hidden layers have several activations, or one that
    MLPClassifier has not: it has relu, tanh, sigmoid and linear; `MissingDependency`.
    """
    layers = _checked(net)
    neural = _imported("sklearn.neural_network", "scikit-learn", "sklearn", "to_sklearn")
    preprocessing = importlib.import_module("sklearn.preprocessing")
    *hidden, last = layers
    _named(last, {"linear": ""}, "the last layer of an MLPClassifier")
    names = {_named(layer, _SKLEARN, "an MLPClassifier"): layer.activation for layer in hidden}
    if len(names) > 1:
        raise _unsupported("an MLPClassifier", f"{' and '.join(names.values())} together")
    if net.n_classes < 2:
        raise refusal("net", "of at least 2 classes", said(f"{net.n_classes}"))
    model = neural.MLPClassifier(
        tuple(layer.units for layer in hidden), activation=next(iter(names), "identity")
    )
    weights, bias = last.weights, last.bias
    if net.n_classes == 2:
        weights, bias = weights[:, 1:] - weights[:, :1], bias[1:] - bias[:1]
    labels = getattr(net, "labels", None)
    classes = np.arange(net.n_classes) if labels is None else np.asarray(labels)
    order = np.argsort(classes)
    if net.n_classes > 2:
        weights, bias = weights[:, order], bias[order]
    elif order[0]:
        weights, bias = -weights, -bias
    model.classes_ = classes[order]
    model.coefs_ = [*(layer.weights.copy() for layer in hidden), np.array(weights)]
    model.intercepts_ = [*(layer.bias.copy() for layer in hidden), np.array(bias)]
    model.n_features_in_ = net.n_features
    model.n_layers_ = len(layers) + 1
    model.n_outputs_ = len(bias)
    model.out_activation_ = "logistic" if net.n_classes == 2 else "softmax"
    model.n_iter_ = model.t_ = 0
    model._label_binarizer = preprocessing.LabelBinarizer().fit(model.classes_)
    features = getattr(net, "feature_names", None)
    if features is not None:
        model.feature_names_in_ = np.array(features, dtype=object)
    return model


def _checked(net: Any) -> tuple[Dense, ...]:
    if not isinstance(net, Network):
        raise refusal("net", "a Network", net)
    return net.layers


def _single(layer: Dense) -> tuple[np.ndarray, np.ndarray]:
    """A layer's weights and bias in float32, where they are no larger than that has."""
    with np.errstate(over="ignore"):
        parts = layer.weights.astype(np.float32), layer.bias.astype(np.float32)
    if not all(np.isfinite(part).all() for part in parts):
        largest = max(np.abs(layer.weights).max(), np.abs(layer.bias).max())
        raise refusal("net", "of weights that float32 has", said(f"{largest:g}"))
    return parts


def _named(layer: Dense, names: dict[str, str], what: str) -> str:
    """What another library calls a layer's activation."""
    if layer.activation not in names:
        raise _unsupported(what, layer.activation)
    return names[layer.activation]


def _unsupported(what: str, got: str) -> UnsupportedModel:
    return UnsupportedModel(f"net must be of activations that {what} has. Got {got} instead.")


def _imported(module: str, library: str, extra: str, function: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingDependency(
            f"{function} needs {library}. Install it with: "
            f'pip install "unitscope[{extra}]" ({error})'
        ) from error
