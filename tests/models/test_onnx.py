"""from_onnx: files of skl2onnx and PyTorch, and random graphs beside ONNX's own evaluator."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest
from same_answers import assert_close, assert_same_classes

import unitscope as us
from thorough import few
from unitscope.errors import InvalidInput, UnsupportedModel

onnx = pytest.importorskip("onnx")
skl2onnx = pytest.importorskip("skl2onnx")

from onnx import TensorProto, helper, numpy_helper  # noqa: E402
from onnx.reference import ReferenceEvaluator  # noqa: E402
from skl2onnx.common.data_types import FloatTensorType, StringTensorType  # noqa: E402
from sklearn import decomposition, linear_model, preprocessing  # noqa: E402
from sklearn.compose import make_column_transformer  # noqa: E402
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis  # noqa: E402
from sklearn.neural_network import MLPClassifier  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.svm import LinearSVC  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")


def classifiers(rng: np.random.Generator) -> list[Any]:
    activation = str(rng.choice(["relu", "tanh", "logistic", "identity"]))
    return [
        MLPClassifier((4, 3), activation=activation, max_iter=3, random_state=0),
        linear_model.LogisticRegression(),
        linear_model.RidgeClassifier(),
        linear_model.SGDClassifier(random_state=0),
        linear_model.Perceptron(random_state=0),
        LinearSVC(),
        LinearDiscriminantAnalysis(),
        linear_model.SGDClassifier("log_loss", random_state=0),
        linear_model.SGDClassifier("modified_huber", random_state=0),
    ]


def steps_before(rng: np.random.Generator) -> list[Any]:
    steps = [
        preprocessing.StandardScaler(),
        preprocessing.MinMaxScaler(),
        preprocessing.MaxAbsScaler(),
        preprocessing.RobustScaler(),
        decomposition.PCA(3),
    ]
    return [steps[at] for at in rng.permutation(len(steps))[: rng.integers(3)]]


@pytest.mark.parametrize("which", range(9))
@pytest.mark.parametrize("seed", range(few(3, 50)))
def test_a_file_of_skl2onnx_and_its_classifier_agree(seed: int, which: int) -> None:
    rng = np.random.default_rng([seed, which])
    classes = int(rng.integers(2, 5))
    y = np.arange(80) % classes
    X = (rng.normal(size=(80, 4)) + y[:, None] * rng.normal(size=4)).astype(np.float32)
    labels = np.array(["p", "q", "ü", "s"])[y] if rng.integers(2) else y * 3 - 1
    last = classifiers(rng)[which]
    # skl2onnx writes no pipeline that ends in a LinearSVC.
    model = last if which == 5 else make_pipeline(*steps_before(rng), last)
    model.fit(X, labels)
    settings = {id(last): {"zipmap": False}} if rng.integers(2) and which != 5 else {}
    proto = skl2onnx.to_onnx(model, X[:1], options=settings)
    net = us.from_onnx(proto)
    points = X[:40].astype(np.float64)
    logits = net.logits(points)
    theirs = model.predict(X[:40])
    if which == 8:  # the file has probabilities that are clipped: several classes may have 1
        shares = np.maximum(logits, 0.0) + 1e-9
        assert_close(shares / shares.sum(axis=1)[:, None], model.predict_proba(X[:40]))
        return
    places = np.searchsorted(model.classes_, theirs)
    assert net.labels is not None and (net.labels == model.classes_).all()
    assert_same_classes(net.predict(points), places, logits)
    if which < 2:
        assert_close(net.probabilities(points), model.predict_proba(X[:40]))


@pytest.mark.parametrize("seed", range(few(6, 60)))
def test_columns_side_by_side_are_read_in_their_order(seed: int) -> None:
    """A ColumnTransformer, with one input or one a column, and columns that no step takes."""
    rng = np.random.default_rng(seed)
    names = list("abcde")
    X = pandas.DataFrame(rng.normal(size=(60, 5)).astype(np.float32), columns=names)
    y = np.arange(60) % 3
    parts = np.split(rng.permutation(5)[: rng.integers(3, 6)], [1 + rng.integers(2)])
    scalers = [preprocessing.StandardScaler(), preprocessing.MinMaxScaler()]
    steps = [scalers[rng.integers(2)], "passthrough"]
    table = rng.integers(2) == 1
    columns = [[names[at] for at in part] if table else part.tolist() for part in parts]
    chosen = make_column_transformer(*zip(steps, columns, strict=True))
    rows = X if table else X.to_numpy()
    model = make_pipeline(chosen, linear_model.LogisticRegression()).fit(rows, y)
    inputs = [(name, FloatTensorType([None, 1])) for name in names]
    whole = [("X", FloatTensorType([None, 5]))]
    proto = skl2onnx.to_onnx(model, initial_types=inputs if table else whole)
    net = us.from_onnx(proto)
    assert net.feature_names == (tuple(names) if table else None) and net.n_features == 5
    assert_close(net.probabilities(net.points(X)), model.predict_proba(rows))


def test_a_table_with_categories_is_refused_with_what_reads_it() -> None:
    X = pandas.DataFrame({"size": np.arange(60.0, dtype=np.float32), "kind": list("pqr") * 20})
    y = np.arange(60) % 3
    scale = (preprocessing.StandardScaler(), ["size"])
    chosen = make_column_transformer(scale, (preprocessing.OneHotEncoder(), ["kind"]))
    model = make_pipeline(chosen, linear_model.LogisticRegression()).fit(X, y)
    inputs = [("size", FloatTensorType([None, 1])), ("kind", StringTensorType([None, 1]))]
    proto = skl2onnx.to_onnx(model, initial_types=inputs)
    words = r"inputs that are numbers. Got 'kind', .* us.network\(pipeline\) reads the pipeline"
    with pytest.raises(UnsupportedModel, match=words):
        us.from_onnx(proto)
    net = us.network(model)  # the remedy
    assert_close(net.probabilities(net.points(X)), model.predict_proba(X))


def node(kind: str, *inputs: str, name: str = "", domain: str = "", **settings: Any) -> Any:
    return helper.make_node(kind, list(inputs), [name], name=name, domain=domain, **settings)


def model_of(nodes: list[Any], arrays: dict[str, Any], shape: Any = ("n", 3), **more: Any) -> Any:
    """A model of these nodes, from x to the last one's name."""
    tensors = [numpy_helper.from_array(np.asarray(array), name) for name, array in arrays.items()]
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info("x", TensorProto.DOUBLE, shape)],
        [helper.make_tensor_value_info(nodes[-1].output[0], TensorProto.DOUBLE, None)],
        tensors,
    )
    versions = [helper.make_opsetid("", 20), helper.make_opsetid("ai.onnx.ml", 3)]
    return helper.make_model(graph, opset_imports=versions, **more)


class Builder:
    """A chain of nodes from x, one after the other."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng, self.at = rng, "x"
        self.arrays: dict[str, Any] = {}
        self.nodes: list[Any] = []

    def add(self, kind: str, *constants: Any, first: bool = True, **settings: Any) -> None:
        names = [f"c{len(self.arrays) + number}" for number in range(len(constants))]
        self.arrays |= dict(zip(names, map(np.asarray, constants), strict=True))
        self._node(kind, [self.at, *names] if first else [*names, self.at], settings)

    def times(self, other: str) -> None:
        """What there is by an earlier tensor, in any order."""
        self._node("Mul", self.rng.permutation([other, self.at]).tolist(), {})

    def silu(self) -> None:
        before = self.at
        self.add("Sigmoid")
        self.times(before)

    def gelu(self) -> None:
        before = self.at
        self.add("Div", np.sqrt(2.0))
        self.add("Erf")
        self.add("Add", 1.0)
        self.times(before)
        self.add("Mul", 0.5)

    def clip_by_value(self) -> None:
        for kind, limit in self.rng.permutation([("Min", 1.5), ("Max", -0.5)]).tolist():
            self.add(kind, float(limit), first=bool(self.rng.integers(2)))

    def prelu(self) -> None:
        before = self.at
        self.add("Relu")
        above, self.at = self.at, before
        self.add("Neg")
        self.add("Relu")
        self.add("Mul", -0.3)
        self._node("Add", self.rng.permutation([above, self.at]).tolist(), {})

    def dense(self, inputs: int, units: int) -> None:
        weights, bias = self.rng.normal(size=(inputs, units)), self.rng.normal(size=units)
        if self.rng.integers(2):
            self.add("Gemm", weights.T, bias, transB=1, alpha=0.5, beta=2.0)
        else:
            self.add("MatMul", weights)
            self.add("Add", bias[None], first=bool(self.rng.integers(2)))

    def _node(self, kind: str, names: list[str], settings: dict[str, Any]) -> None:
        self.at = f"t{len(self.nodes)}"
        self.nodes.append(node(kind, *names, name=self.at, **settings))


def steps_on(made: Builder, units: int) -> list[Any]:
    """What may follow a layer of so many units."""
    positive, add = made.rng.uniform(0.5, 2.0, (4, units)), made.add
    return [
        *(lambda kind=kind: add(kind) for kind in PLAIN),
        lambda: add("LeakyRelu", alpha=0.3),
        lambda: add("Elu", alpha=0.3),
        lambda: add("Selu"),
        made.clip_by_value,
        made.prelu,
        lambda: add("PRelu", positive[0]),
        lambda: add("Clip", -0.5, 2.0),
        lambda: add("Clip", 0.0),
        lambda: add("Cast", to=TensorProto.DOUBLE),
        lambda: add("Reshape", np.array([-1, units])),
        lambda: add("Sub", positive[0], first=bool(made.rng.integers(2))),
        lambda: add("Mul", 1.5),
        lambda: add("Div", positive[0]),
        lambda: add("BatchNormalization", *positive),
        lambda: add("Gather", made.rng.permutation(units), axis=1),
        made.silu,
        made.gelu,
    ]


PLAIN = ("Relu", "Tanh", "Sigmoid", "Elu", "Softplus", "Abs", "Gelu", "HardSigmoid", "Identity")
PLAIN += ("Dropout", "Flatten")


def random_graph(rng: np.random.Generator) -> Any:
    made, width = Builder(rng), 3
    for units in rng.integers(2, 6, size=rng.integers(1, 4)).tolist():
        made.dense(width, units)
        steps = steps_on(made, units)
        for choice in rng.integers(len(steps), size=rng.integers(1, 4)):
            steps[choice]()
        width = units
    made.add("MatMul", rng.normal(size=(width, 3)))
    return model_of(made.nodes, made.arrays)


@pytest.mark.parametrize("seed", range(few(40, 300)))
def test_a_random_graph_and_its_network_agree(seed: int) -> None:
    rng = np.random.default_rng(seed)
    model = random_graph(rng)
    net = us.from_onnx(model)
    points = rng.normal(0.0, 2.0, (30, 3))
    (theirs,) = ReferenceEvaluator(model).run(None, {"x": points})
    assert_close(net.logits(points), theirs)


@pytest.mark.torch
@pytest.mark.parametrize("opset", [11, 20])
def test_a_file_of_pytorch_and_its_model_agree(tmp_path: Path, opset: int) -> None:
    torch = pytest.importorskip("torch")
    nn = torch.nn
    model = nn.Sequential(
        *(nn.Flatten(), nn.Linear(4, 5), nn.BatchNorm1d(5), nn.GELU(), nn.Linear(5, 4), nn.SiLU()),
        *(nn.Linear(4, 4, bias=False), nn.ELU(), nn.Dropout(), nn.Linear(4, 4), nn.Softplus()),
        *(nn.PReLU(4), nn.ReLU6(), nn.Hardsigmoid(), nn.LeakyReLU(0.1), nn.Linear(4, 3)),
        nn.Softmax(1),
    ).eval()
    file, one = io.BytesIO(), torch.zeros(2, 2, 2)
    axes = {"x": {0: "n"}}
    settings = dict(input_names=["x"], dynamic_axes=axes, opset_version=opset, dynamo=False)
    torch.onnx.export(model, (one,), file, **settings)
    (tmp_path / "model.onnx").write_bytes(file.getvalue())
    points = np.random.default_rng(0).normal(size=(30, 2, 2)).astype(np.float32)
    theirs = model(torch.from_numpy(points)).detach().numpy()
    for net in (us.load(tmp_path / "model.onnx"), us.from_onnx(file.getvalue())):
        assert_close(net.probabilities(net.points(points)), theirs)


EYE = {"w": np.eye(3), "b": np.ones(3)}
LOW = EYE | {"o": np.array(1.0)}
LAST = node("MatMul", "x", "w", name="y")


def with_function() -> Any:
    own = helper.make_function("", "Relu", ["a"], ["b"], [node("Neg", "a", name="b")], [])
    model = model_of([node("MatMul", "x", "w", name="z"), node("Relu", "z", name="y")], EYE)
    model.functions.append(own)
    return model


def with_external_data() -> Any:
    model = model_of([LAST], EYE)
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")
    return model


def with_two_inputs() -> Any:
    model = model_of([LAST], EYE)
    model.graph.input.append(helper.make_tensor_value_info("z", TensorProto.DOUBLE, None))
    return model


def without_scores() -> Any:
    model = model_of([LAST], EYE)
    model.graph.output[0].type.tensor_type.elem_type = TensorProto.INT64
    return model


def in_a_circle() -> Any:
    nodes = [node("Relu", "z", name="a"), node("Relu", "a", name="z"), node("Relu", "a", name="y")]
    return model_of(nodes, EYE)


def damaged_array() -> Any:
    model = model_of([LAST], EYE)
    model.graph.initializer[0].dims[0] = 10**9
    return model


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (with_function, r"Got node 'y' \(Relu\)"),
        (with_external_data, "in one file, with all its data.*'w' in a file beside it"),
        (with_two_inputs, "inputs whose widths it says. Got 'z' without one"),
        (without_scores, "must be of one output of scores. Got 0"),
        (in_a_circle, "without circles"),
        (damaged_array, "'w', damaged"),
        (lambda: model_of([node("Relu", "x", name="y")], {}), "without a dense layer|one before"),
        (lambda: model_of([node("MatMul", "w", "x", name="y")], EYE), "not its first"),
        (lambda: model_of([node("Add", "x", "z", name="y")], EYE), "2 inputs that are no const"),
        (lambda: model_of([node("Relu", "z", name="y")], EYE), "no node that gives 'z'"),
        (
            lambda: model_of([node("MatMul", "x", "b", name="y")], EYE),
            r"of a matrix. Got shape \(3,\)",
        ),
        (lambda: model_of([LAST, node("Mish", "y", name="z")], EYE), r"'z' \(Mish\)"),
        (
            lambda: model_of([LAST, node("Gelu", "y", name="z", approximate="tanh")], EYE),
            "with approximate b'tanh'",
        ),
        (lambda: model_of([LAST, node("Min", "y", "o", name="z")], LOW), r"'z' \(Min\)"),
        (lambda: model_of([LAST, node("Softmax", "y", name="z", axis=0)], EYE), "over axis 0"),
        (
            lambda: model_of([LAST, node("Relu", "y", name="z", domain="own")], EYE),
            r"'z' \(Relu\), of 'own'",
        ),
        (
            lambda: model_of(
                [LAST, node("Reshape", "y", "s", name="z")], EYE | {"s": np.array([-1, 1])}
            ),
            r"to shape \[-1, 1\] from 3 numbers",
        ),
        (
            lambda: model_of([LAST, node("Normalizer", "y", name="z", domain="ai.onnx.ml")], EYE),
            "before the probabilities",
        ),
        (lambda: model_of([LAST], {"w": np.full((3, 3), np.nan)}), "finite numbers.*Got nan"),
        (lambda: model_of([LAST], {"w": np.ones((4, 3))}), "takes 4 numbers"),
        (lambda: b"\x08\x07not a model", "a model in ONNX. Got damaged bytes"),
        (lambda: b"", "bytes without a graph"),
        (lambda: 3, "a path, bytes or an onnx.ModelProto. Got an int"),
        (lambda: "/nowhere/model.onnx", "a file that can be read"),
    ],
)
def test_what_is_no_chain_is_refused(model: Any, words: str) -> None:
    with pytest.raises((InvalidInput, UnsupportedModel), match=words):
        us.from_onnx(model())


def test_the_door_takes_a_model_of_onnx() -> None:
    assert us.network(model_of([LAST], EYE)).sizes == (3, 3)
