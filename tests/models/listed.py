"""Models of every kind, read or refused: what docs/models.md lists, and the tests run again.

Each is an expression over the names of its library, so that the page shows what is tried.
"""

from __future__ import annotations

import importlib
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import unitscope as us
from unitscope.errors import UnitscopeError
from unitscope.models.read import ReadNetwork
from unitscope.models.sampled import SampledClassifier, sampled

PAGE = Path(__file__).parents[2] / "docs" / "models.md"
_RNG = np.random.default_rng(3)
X = _RNG.normal(1.0, 1.5, (60, 3))
KIND = np.array(["ash", "elm", "oak"])[np.arange(60) % 3]  # three classes
TWO = np.array(["no", "yes"])[np.arange(60) % 2]
_SPACES = {
    "scikit-learn": (
        "sklearn.linear_model",
        "sklearn.neural_network",
        "sklearn.svm",
        "sklearn.discriminant_analysis",
        "sklearn.preprocessing",
        "sklearn.decomposition",
        "sklearn.feature_selection",
        "sklearn.impute",
        "sklearn.compose",
        "sklearn.ensemble",
        "sklearn.tree",
        "sklearn.neighbors",
        "sklearn.naive_bayes",
        "sklearn.gaussian_process",
        "sklearn.multiclass",
        "sklearn.multioutput",
        "sklearn.calibration",
        "sklearn.model_selection",
        "sklearn.pipeline",
    ),
    "Keras": ("keras", "keras.layers"),
    "PyTorch": ("torch", "torch.nn"),
}
# What each library's table lists.
CASES = {
    "scikit-learn": (
        "LogisticRegression().fit(X, KIND)",
        "LogisticRegression().fit(X, TWO)",
        "LogisticRegression(fit_intercept=False).fit(X, KIND)",
        'LogisticRegression(solver="liblinear").fit(X, TWO)',
        "LogisticRegressionCV(cv=2).fit(X, TWO)",
        "RidgeClassifier().fit(X, KIND)",
        "RidgeClassifierCV().fit(X, TWO)",
        "LinearSVC().fit(X, KIND)",
        "SGDClassifier(random_state=0).fit(X, KIND)",
        'SGDClassifier("log_loss", random_state=0).fit(X, TWO)',
        'SGDClassifier("log_loss", random_state=0).fit(X, KIND)',
        'SGDClassifier("modified_huber", random_state=0).fit(X, KIND)',
        "Perceptron(random_state=0).fit(X, KIND)",
        "LinearDiscriminantAnalysis().fit(X, KIND)",
        "LinearDiscriminantAnalysis().fit(X, TWO)",
        "MLPClassifier((5, 4), max_iter=9, random_state=0).fit(X, KIND)",
        'MLPClassifier((5,), "tanh", max_iter=9, random_state=0).fit(X, TWO)',
        'MLPClassifier((5,), "logistic", max_iter=9, random_state=0).fit(X, KIND)',
        'MLPClassifier((5,), "identity", max_iter=9, random_state=0).fit(X, KIND)',
        "make_pipeline(StandardScaler(), LogisticRegression()).fit(X, KIND)",
        "make_pipeline(MinMaxScaler(), LogisticRegression()).fit(X, KIND)",
        "make_pipeline(MinMaxScaler(clip=True), LogisticRegression()).fit(X, KIND)",
        "make_pipeline(MaxAbsScaler(), LogisticRegression()).fit(X, KIND)",
        "make_pipeline(RobustScaler(), LogisticRegression()).fit(X, KIND)",
        "make_pipeline(PCA(2, whiten=True), LogisticRegression()).fit(X, KIND)",
        "make_pipeline(TruncatedSVD(2), LogisticRegression()).fit(X, KIND)",
        "make_pipeline(PolynomialFeatures(1), LogisticRegression()).fit(X, KIND)",
        "make_pipeline(PolynomialFeatures(2), LogisticRegression()).fit(X, KIND)",
        "make_pipeline(VarianceThreshold(), LogisticRegression()).fit(X, KIND)",
        "make_pipeline(SimpleImputer(), LogisticRegression()).fit(X, KIND)",
        "make_pipeline(OneHotEncoder(), LogisticRegression()).fit(X, KIND)",
        "make_pipeline(Normalizer(), LogisticRegression()).fit(X, KIND)",
        "make_pipeline(QuantileTransformer(n_quantiles=20), LogisticRegression()).fit(X, KIND)",
        'make_pipeline("passthrough", LogisticRegression()).fit(X, KIND)',
        'make_pipeline(make_column_transformer((StandardScaler(), [0, 2]), ("passthrough", [1])), '
        "LogisticRegression()).fit(X, KIND)",
        "GridSearchCV(LogisticRegression(), {'C': [0.1, 1.0]}, cv=2).fit(X, KIND)",
        "make_pipeline(StandardScaler(), us.Classifier(epochs=5)).fit(X, KIND)",
        "us.Classifier(epochs=5).fit(X, KIND)",
        "LogisticRegression()",
        "us.Classifier()",
        "StandardScaler().fit(X)",
        "make_pipeline(StandardScaler()).fit(X)",
        "LinearRegression().fit(X, X[:, 0])",
        "RidgeClassifier().fit(X, X > 1)",
        "MultiOutputClassifier(LinearSVC()).fit(X, X > 1)",
        "OneVsRestClassifier(LinearSVC()).fit(X, KIND)",
        "CalibratedClassifierCV(LinearSVC(), cv=2).fit(X, KIND)",
        "SVC().fit(X, KIND)",
        "DecisionTreeClassifier().fit(X, KIND)",
        "RandomForestClassifier(3).fit(X, KIND)",
        "GradientBoostingClassifier(n_estimators=2).fit(X, KIND)",
        "KNeighborsClassifier().fit(X, KIND)",
        "GaussianNB().fit(X, KIND)",
        "VotingClassifier([('a', LinearSVC())]).fit(X, KIND)",
        "HistGradientBoostingClassifier(max_iter=3).fit(X, TWO)",
        "GaussianProcessClassifier().fit(X, TWO)",
        "make_pipeline(StandardScaler(), KNeighborsClassifier()).fit(X, KIND)",
        "GridSearchCV(DecisionTreeClassifier(), {'max_depth': [1, 2]}, cv=2).fit(X, KIND)",
        "DecisionTreeClassifier().fit(X, X > 1)",
        "DecisionTreeClassifier().fit(X, KIND == '')",
    ),
    "Keras": (
        *(
            f'Dense(4, "{name}"), Dense(3)'
            for name in (
                *("relu", "leaky_relu", "tanh", "sigmoid", "elu", "softplus", "gelu", "silu"),
                *("relu6", "hard_sigmoid", "hard_tanh", "linear", "selu", "mish", "softsign"),
            )
        ),
        'Dense(4, "relu"), Dense(3, "softmax")',
        'Dense(4, "relu"), Dense(3, "sigmoid")',
        'Dense(4, "relu"), Dense(1)',
        'Dense(4, "relu"), Dense(1, "sigmoid")',
        "Dense(4, use_bias=False), ReLU(), Dense(3)",
        "Dense(4), ReLU(max_value=2.0, negative_slope=0.1, threshold=0.5), Dense(3)",
        "Dense(4), LeakyReLU(negative_slope=0.05), Dense(3)",
        "Dense(4), ELU(), Dense(3)",
        "Dense(4), ELU(0.5), Dense(3)",
        "Dense(4), PReLU(), Dense(3)",
        'Dense(4), Activation("tanh"), Dense(3), Softmax()',
        "Dense(4), Dense(3)",
        "Normalization(mean=[1.0, 2.0, 0.0], variance=[1.0, 4.0, 0.5]), Dense(3)",
        "Rescaling(0.5, offset=1.0), Dense(3)",
        "BatchNormalization(), Dense(4), BatchNormalization(), ReLU(), Dense(3)",
        "LayerNormalization(), Dense(3)",
        "Dense(4), Dropout(0.5), GaussianNoise(1.0), Identity(), Dense(3)",
        'Reshape((3, 1)), Flatten(), Dense(4, "relu"), Dense(3)',
        'Sequential([Dense(4, "relu")]), Dense(3)',
        "Dense(4), Lambda(lambda z: z), Dense(3)",
        "Reshape((3, 1)), Conv1D(2, 2), Flatten(), Dense(3)",
        "Reshape((3, 1)), LSTM(2), Dense(3)",
        "Softmax(), Dense(3)",
        "ReLU()",
    ),
    "PyTorch": (
        *(
            f"Linear(3, 4), {name}, Linear(4, 3)"
            for name in (
                *("ReLU()", "LeakyReLU(0.05)", "Tanh()", "Sigmoid()", "ELU()", "ELU(0.5)"),
                *("Softplus()", "Softplus(2.0)", "GELU()", 'GELU("tanh")', "SiLU()", "ReLU6()"),
                *("Hardsigmoid()", "Hardtanh(-0.5, 2.0)", "PReLU()", "PReLU(4)", "Identity()"),
                *("SELU()", "Mish()", "Hardswish()"),
            )
        ),
        "Linear(3, 4, bias=False), ReLU(), Linear(4, 3), Softmax(1)",
        "Linear(3, 4), ReLU(), Linear(4, 3), LogSoftmax(1)",
        "Linear(3, 4), ReLU(), Linear(4, 3), Sigmoid()",
        "Linear(3, 4), ReLU(), Linear(4, 1)",
        "Linear(3, 4), ReLU(), Linear(4, 1), Sigmoid()",
        "BatchNorm1d(3), Linear(3, 4), BatchNorm1d(4), ReLU(), Dropout(0.5), Linear(4, 3)",
        "Flatten(), Sequential(Linear(3, 4), ReLU()), Linear(4, 3)",
        "Linear(3, 4), Linear(4, 3)",
        "Linear(3, 4), LayerNorm(4), Linear(4, 3)",
        "Unflatten(1, (1, 3)), Conv1d(1, 2, 2), Flatten(), Linear(4, 3)",
        "Linear(3, 3), Softmax(1), Linear(3, 3)",
        "ReLU()",
    ),
}


@dataclass(frozen=True)
class Result:
    """What came of a model: read, sampled or refused.

    `said` is as what it was taken, or why it was refused.
    """

    what: str
    said: str

    def row(self, code: str) -> str:
        """Its line in the page."""
        said = re.sub(r"(?<=layer ')([a-z_]+?\d?d?)_\d+'", r"\1'", self.said)  # Keras counts on
        said = said.partition(" Read are: ")[0].replace("|", "\\|")
        cells = (f"`{code}`", self.what, said)
        return f"| {' | '.join(cells)} |"


def result_of(library: str, code: str) -> Result:
    """Make the model, read it, and hold its network against its own answers."""
    model = made(library, code)
    try:
        net = us.network(model)
    except UnitscopeError as error:
        asked = sampled(model)
        return Result("refused", str(error)) if asked is None else _answered(asked, model)
    _check(net, _answers(library, model), model)
    return Result("read", net.understood)


def _answered(asked: SampledClassifier, model: Any) -> Result:
    """Hold the answers that a model is asked for against those that it gives."""
    try:
        answers = asked.predict(X)
    except UnitscopeError as error:
        return Result("refused", str(error))
    assert (asked.labels[answers] == model.predict(X)).all()
    if asked.probable:
        assert np.abs(asked.probabilities(X) - model.predict_proba(X)).max() < 1e-12
    return Result("sampled", asked.understood)


def made(library: str, code: str) -> Any:
    """The model that the expression is of."""
    space: dict[str, Any] = {"X": X, "KIND": KIND, "TWO": TWO, "us": us}
    for name in _SPACES[library]:
        space |= vars(importlib.import_module(name))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # not converged, or to be given otherwise in the future
        if library == "scikit-learn":
            return eval(code, space)
        parts = eval(f"({code},)", space)
        if library == "Keras":
            model = space["Sequential"]([space["Input"]((3,)), *parts])
            rng = np.random.default_rng(0)
            for variable in model.weights:
                low = 0.5 if "variance" in variable.path else -1.0
                if "float" in str(variable.dtype) and not variable.path.startswith("norm"):
                    variable.assign(rng.uniform(low, 1.5, variable.shape))
            return model
        space["manual_seed"](0)
        return space["Sequential"](*parts).double().eval()


def _answers(library: str, model: Any) -> np.ndarray:
    """What the model itself gives the points: scores, or its classes."""
    if library == "scikit-learn":
        scores = getattr(model, "decision_function", getattr(model, "predict_proba", None))
        return np.asarray(scores(X) if scores else model.predict(X))
    if library == "Keras":
        keras = importlib.import_module("keras")
        return np.asarray(keras.ops.convert_to_numpy(model(X.astype(np.float32))), np.float64)
    torch = importlib.import_module("torch")
    with torch.no_grad():
        return np.asarray(model(torch.from_numpy(X)).numpy())


def _check(net: ReadNetwork, theirs: np.ndarray, model: Any) -> None:
    """The network's answers are the model's, to 1e-5 of the largest, and so are its classes."""
    points = net.points(X)
    logits, chances = net.logits(points), net.probabilities(points)
    if theirs.ndim == 1 or theirs.shape[1] == 1:
        theirs = theirs.reshape(-1, 1)
        logits, chances = logits[:, 1:] - logits[:, :1], chances[:, 1:]
    ours = logits, chances, 1 / (1 + np.exp(-logits)), np.log(np.maximum(chances, 1e-300))
    size = max(1.0, float(np.abs(theirs).max()))
    assert min(np.abs(one - theirs).max() for one in ours) <= 1e-5 * size
    if net.labels is not None:
        assert (net.labels[net.predict(points)] == model.predict(X)).all()


def rows(library: str) -> list[str]:
    """The lines of a library's table."""
    return [result_of(library, code).row(code) for code in CASES[library]]


def page() -> str:
    """The whole of docs/models.md."""
    tables = []
    for library in CASES:
        head = "| model | result | as what, or why not |\n|---|---|---|"
        tables.append(f"## {library}\n\n{_ABOUT[library]}\n\n{head}\n" + "\n".join(rows(library)))
    count = sum(map(len, CASES.values()))
    return _HEAD.format(count=count) + "\n\n".join(tables) + "\n"


_ABOUT = {
    "scikit-learn": "`X` are 60 points of three features, `KIND` their labels of three classes, "
    "`TWO` those of two. A Pipeline's affine steps are folded into the first layer; what is not "
    "affine is left to the model, and `net.dataset(X, y)` applies it.",
    "Keras": "Each is the layers of a `Sequential` behind an `Input((3,))`; a functional model of "
    "one chain is read alike, on every backend of Keras 3 and in tf_keras.",
    "PyTorch": "Each is the parts of an `nn.Sequential`.",
}
_HEAD = """# Your model: what is read, and what is refused

`us.network(model)` reads a fitted model as an exact network of dense layers, and everything that
takes a network takes the model itself: `us.explain(model, X, y)`, `us.plot.decision_regions(model,
data)`, `us.partition(model, data)`, `us.Scope(model, data)`, `us.export_html(model, path, data)`.
From the command line, `unitscope explain MODEL TABLE --target COLUMN` and `unitscope play MODEL
TABLE` open the file of a model that `us.load` reads.

```python
clf = make_pipeline(StandardScaler(), MLPClassifier((8,))).fit(X, y)
print(us.explain(clf, X, y))
net = us.network(clf)  # net.understood: "logits; StandardScaler folded in; 3 classes"
data = net.dataset(X, y)  # in the network's features and the model's classes
```

A model without layers that can be read (a tree, a forest, boosting, an SVC, nearest neighbours, a
class of your own with `classes_` and `predict_proba` or `predict`) is asked point by point instead:
see [sampled.md](sampled.md).

The tables list {count} models, each read, sampled or refused as written; of those that are read,
the network's scores on 60 points are the model's own to 1 in 100,000, and its classes the same; of
those that are sampled, classes and probabilities are the model's own. Made by
`python tools/models.py`; `tests/models/test_listed.py` makes and reads all of them again, and
random ones beside them.

"""
