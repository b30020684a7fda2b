"""scikit-learn's dense classifiers as Networks: linear ones, MLPClassifier, Pipelines of these.

Nothing is imported: an estimator is known by the module and the name of its class.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from unitscope.errors import InvalidInput, UnsupportedModel, refusal, said, shown
from unitscope.models.chain import Chain
from unitscope.models.ours import is_run, run_behind
from unitscope.models.read import ReadNetwork, line_of
from unitscope.models.refusing import in_words
from unitscope.models.sampled import DOORS, can_be_asked
from unitscope.models.sklearn_steps import dense, flattened, kind, names_in, read_steps
from unitscope.networks import Activation, Network

_ACTIVATIONS: dict[str, Activation] = {
    "identity": "linear",
    "logistic": "sigmoid",
    "tanh": "tanh",
    "relu": "relu",
}
_SEARCHES = ("GridSearchCV", "RandomizedSearchCV", "HalvingGridSearchCV", "HalvingRandomSearchCV")
_OWN = "logits"
_OTHER = "scores, exact in the class they give; the model's own probabilities are not their softmax"
_NONE = "scores, exact in the class they give; the model has no probabilities"
# Of linear classifiers, what the scores are where it does not depend on settings.
_LINEAR: dict[str, str] = {
    "LogisticRegression": _OWN,
    "LogisticRegressionCV": _OWN,
    "LinearDiscriminantAnalysis": _OWN,
    "RidgeClassifier": _NONE,
    "RidgeClassifierCV": _NONE,
    "LinearSVC": _NONE,
    "SGDClassifier": _NONE,
    "Perceptron": _NONE,
    "PassiveAggressiveClassifier": _NONE,
}
READ = ("MLPClassifier", *_LINEAR)
_RULE = "a fitted classifier of scikit-learn that is a chain of dense layers"


@in_words
def from_sklearn(model: Any) -> ReadNetwork:
    """The Network that a fitted scikit-learn classifier computes; the model is only read.

    **Arguments**

    - `model`: an MLPClassifier, LogisticRegression, RidgeClassifier, LinearSVC, SGDClassifier,
      Perceptron or LinearDiscriminantAnalysis; a Pipeline that ends in one; or a search over them.
      Affine steps (StandardScaler, MinMaxScaler, MaxAbsScaler, RobustScaler, PCA, TruncatedSVD,
      PolynomialFeatures(1), selections of features, and a ColumnTransformer of these) are folded
      into the first layer, so that the network takes the data in its own units. Other steps are
      left to the model: the network takes what they make, `net.dataset(X, y)` applies them.

    A binary classifier's only score z is read as the two logits (0, z). `class_names` and `labels`
    are those of `model.classes_`; `feature_names` where it was fitted to a data frame.

    **Raises** `UnsupportedModel` naming what is no dense classifier, or has several outputs;
    `InvalidInput` for what is not fitted.
    """
    if not any(cls.__module__.partition(".")[0] == "sklearn" for cls in type(model).__mro__):
        raise refusal("model", _RULE, said(f"a {type(model).__name__}"))
    if kind(model) in _SEARCHES:
        model = _fitted(model, "best_estimator_")
    steps = flattened([model])
    if not steps:
        raise UnsupportedModel(f"model must be {_RULE}. Got a Pipeline without steps instead.")
    *before, last = steps
    return _read(model, before, last)


def _read(model: Any, before: list[Any], last: Any) -> ReadNetwork:
    name = kind(last)
    if name in _SEARCHES:
        last = _fitted(last, "best_estimator_")
        return _read(model, [*before, *flattened([last])[:-1]], flattened([last])[-1])
    ours = run_behind(last)
    own = is_run(ours) and ours.data.encoding is None
    if name != "MLPClassifier" and name not in _LINEAR and not own:
        raise _unsupported(last)
    labels = ours.data.labels if own else _classes(last)
    first = (before or [last])[0]
    chain = Chain(getattr(first, "n_features_in_", None))
    front = read_steps(before, chain, names_in(first))
    if own:
        scores = _add_layers(ours.network, chain)
    elif name == "MLPClassifier":
        scores = _add_perceptrons(last, chain)
    else:
        scores = _add_linear(last, name, len(labels), chain)
    understood = line_of(scores, chain.folded, front.applied, len(labels))
    return ReadNetwork(
        chain.finished(),
        understood,
        labels=labels,
        feature_names=front.names,
        prepare=front.prepare,
    )


def _add_layers(net: Network, chain: Chain) -> str:
    """The layers of a Classifier of ours."""
    for number, layer in enumerate(net.layers, start=1):
        chain.layer(f"layer {number}", layer.weights, layer.bias)
        chain.activate(f"layer {number}", layer.activation, layer.negative_slope)
    return _OWN


def _add_perceptrons(model: Any, chain: Chain) -> str:
    """The layers of an MLPClassifier, hidden ones and the last."""
    activation = _ACTIVATIONS[model.activation]
    *hidden, last = zip(model.coefs_, model.intercepts_, strict=True)
    for number, (weights, bias) in enumerate(hidden, start=1):
        chain.layer(f"layer {number}", weights, bias)
        chain.activate(f"layer {number}", activation)
    chain.layer("the last layer", *last)
    if model.out_activation_ == "logistic":
        chain.of_two_logits()
    elif model.out_activation_ != "softmax":
        raise UnsupportedModel(
            f"model must be of softmax or logistic. Got {shown(model.out_activation_)} instead."
        )
    return _OWN


def _add_linear(model: Any, name: str, classes: int, chain: Chain) -> str:
    """A linear classifier's scores, and in words what they are."""
    weights = np.atleast_2d(dense(model.coef_)).T
    chain.layer(name, weights, np.broadcast_to(dense(model.intercept_), weights.shape[1]))
    scores, several = _LINEAR[name], classes > 2
    if weights.shape[1] == 1:
        if getattr(model, "multi_class", None) == "multinomial":  # logits -z and z
            chain.scale(name, 2.0, 0.0)
        chain.of_two_logits()
    if name.startswith("LogisticRegression") and several:
        one_by_one = getattr(model, "multi_class", None) == "ovr" or model.solver == "liblinear"
        scores = _OTHER if one_by_one else _OWN
    elif name == "SGDClassifier" and model.loss == "log_loss":
        scores = _OTHER if several else _OWN
    elif name == "SGDClassifier" and model.loss == "modified_huber":
        scores = _OTHER
    return scores


def _classes(model: Any) -> np.ndarray:
    """The labels of a classifier's classes; one with several outputs is refused."""
    name = kind(model)
    _fitted(model, "coefs_" if name == "MLPClassifier" else "coef_")
    labels = getattr(model, "classes_", None)
    binarizer = getattr(model, "_label_binarizer", None)
    several = str(getattr(binarizer, "y_type_", "")).startswith("multilabel")
    several = several or (isinstance(labels, list) and any(np.ndim(one) for one in labels))
    if several or labels is None:
        raise UnsupportedModel(
            f"model must give each point one class. Got {_article(name)}, fitted to several labels "
            "a point, instead. Fit one for each label."
        )
    if len(labels) < 2:
        raise UnsupportedModel(
            f"model must tell at least two classes. Got {_article(name)} that was fitted to one "
            "instead."
        )
    return np.asarray(labels)


def _fitted(model: Any, name: str) -> Any:
    if not hasattr(model, name):
        remedy = "Its fit(X, y) comes first."
        if name == "best_estimator_":
            remedy = "Its fit(X, y) comes first, with refit=True."
        raise InvalidInput(
            f"model must be fitted. Got {_article(kind(model))} that is not. {remedy}"
        )
    return getattr(model, name)


def _article(name: str) -> str:
    an = name[:1] in "AEIOU" or name[:3] in ("MLP", "SGD", "LDA")
    return f"an {name}" if an else f"a {name}"


def _unsupported(model: Any) -> InvalidInput | UnsupportedModel:
    name, own = type(model).__name__, kind(model)
    if type(model).__module__ == "unitscope.classifier" and not is_run(run_behind(model)):
        return InvalidInput(
            "model must be fitted. Got a Classifier that is not. Its fit comes first."
        )
    if not own:
        got = f"{name}, a class that is not scikit-learn's own,"
        remedy = DOORS if can_be_asked(model) else ""
    elif not hasattr(model, "predict"):
        got, remedy = f"{name}, which predicts nothing,", "Its classifier comes last."
    elif hasattr(model, "estimators_") and own.startswith("MultiOutput"):
        got, remedy = f"{name}, of several outputs,", "model.estimators_ has one for each output."
    elif not hasattr(model, "classes_"):
        got, remedy = f"{name}, which knows no classes,", ""
    elif isinstance(model.classes_, list):
        got, remedy = f"{name}, of several outputs,", "Fit one for each."
    elif len(model.classes_) < 2:
        got, remedy = f"{name}, which was fitted to one class,", ""
    else:
        got = f"{name}, whose classes no dense layers give,"
        remedy = DOORS if can_be_asked(model) else ""
    listed = ", ".join(READ)
    return UnsupportedModel(
        f"model must be {_RULE}. Got {got} instead. {remedy} Read are: {listed}.".replace("  ", " ")
    )
