"""What models of any library answer, as scores or classes, and where their answer changes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any

import numpy as np

from unitscope.errors import UnitscopeError, refusal, said
from unitscope.figures.boundary import Grid, boundary_lines
from unitscope.figures.foreign import as_array
from unitscope.figures.view import View
from unitscope.geometry.partition import partition
from unitscope.models.keras_layers import from_keras
from unitscope.networks import Network
from unitscope.subject import described
from unitscope.training.run import Run

Ask = Callable[[np.ndarray], np.ndarray]

# predict has the last word on a model's classes: scikit-learn's probabilities and margins may give
# others.
_ANSWERS = ("predict", "decision_function", "predict_proba")


def model_lines(model: Any, X: Any, view: View, grid: Grid) -> list[np.ndarray]:
    """The decision boundary of a model of points like X, over a view of them: lines (m, 2).

    Exact for a chain of dense layers. Any other model is asked on the grid.
    """
    net = _chain(model)
    if net is not None:
        if net.n_features != view.columns:
            rule = f"points with as many features as the model has inputs, {net.n_features}"
            raise refusal("X", rule, said(f"{view.columns} features"))
        with suppress(UnitscopeError):  # too many regions
            seen = view.seen(net)
            return [line.vertices for line in partition(seen, view.window).boundary.polylines()]
        return boundary_lines(net.logits(view.inputs(grid.points)), grid)
    ask = asked("model", _predict_of(model), X)
    return lines_where_answers_change(lambda places: ask(view.inputs(places)), grid, "model")


def _chain(model: Any) -> Network | None:
    """The model as a network that tells two or more classes apart, if it is one."""
    net = model.network if isinstance(model, Run) else model
    if not isinstance(net, Network):
        try:
            net = from_keras(model)
        except UnitscopeError:
            return None
    return net if net.n_classes > 1 else None


def _predict_of(model: Any) -> Callable[..., Any]:
    if not isinstance(model, type):
        for name in _ANSWERS:
            if callable(getattr(model, name, None)):
                return getattr(model, name)
        if callable(model):
            return model
    rule = "a trained model: a Keras model, a Run, a Network, or anything with predict(X)"
    remedy = "history.model is the model." if hasattr(model, "model") else ""
    raise refusal("model", rule, described(model), remedy)


def asked(name: str, predict: Any, X: Any, *, one_by_one: bool = False) -> Ask:
    """`predict` as a function of inputs (m, d), which asks it once for all, or for each input (d,).

    A model that knows its inputs by the names of columns gets a data frame of the kind that X is,
    or pandas'. Keras would take 32 rows at a time and print a bar, so it's told not to. What
    `predict` raises is a refusal of the argument `name`.
    """
    if not callable(predict):
        raise refusal(name, "a function of points (n, features)", described(predict))
    predict = _with_the_last_word(predict)
    known: Collection[str] = ()
    with suppress(TypeError, ValueError):
        known = inspect.signature(predict).parameters
    columns = _columns(predict, X)

    def ask(inputs: np.ndarray) -> np.ndarray:
        wanted = {"verbose": 0, "batch_size": len(inputs)}
        settings = {key: value for key, value in wanted.items() if key in known}
        points = inputs if columns is None else _frame(inputs, columns, X)
        try:
            if one_by_one:
                return np.stack([np.squeeze(as_array(predict(point))) for point in inputs])
            return as_array(predict(points, **settings))
        except Exception as error:
            rule = f"able to tell the classes of points (n, {inputs.shape[1]}), as X has them"
            raise refusal(name, rule, said(f"{type(error).__name__}: {error}")) from error

    return ask


def _with_the_last_word(answer: Callable[..., Any]) -> Callable[..., Any]:
    """Of a model's own method, its `predict`: margins of pairs of classes have no largest class."""
    model, name = getattr(answer, "__self__", None), getattr(answer, "__name__", None)
    predict = getattr(model, "predict", None) if name in _ANSWERS else None
    return predict if callable(predict) else answer


def _columns(predict: Any, X: Any) -> list[Any] | None:
    """By which columns the model of `predict` knows its inputs; None where it takes an array."""
    model = getattr(predict, "__self__", None)
    fitted = getattr(model, "feature_names_in_", None)  # scikit-learn, fitted to a data frame
    if hasattr(X, "columns") and (fitted is not None or not hasattr(model, "n_features_in_")):
        return list(X.columns)
    return None if fitted is None else list(fitted)


def _frame(inputs: np.ndarray, columns: list[Any], X: Any) -> Any:
    if len(columns) != inputs.shape[1]:
        rule = f"points of the columns {', '.join(map(str, columns))}"
        raise refusal("X", rule, said(f"{inputs.shape[1]} features"))
    if not hasattr(X, "columns"):
        from pandas import DataFrame

        return DataFrame(inputs, columns=columns)
    with suppress(TypeError):
        return type(X)(inputs, columns=columns)
    return type(X)(inputs, schema=columns)  # polars


def lines_where_answers_change(ask: Ask, grid: Grid, name: str) -> list[np.ndarray]:
    """The boundary between the classes of what `ask` answers at places (m, 2), as lines (m, 2).

    Scores say where between two grid places it runs. Of classes alone that is not known: there, the
    edges of the grid are halved until they tell.
    """
    scores, values = scores_of(ask(grid.points), len(grid.points), name)
    if values is None:
        return boundary_lines(scores, grid)

    def classes(places: np.ndarray) -> np.ndarray:
        answers = _one_column(ask(places))
        nearest = np.minimum(np.searchsorted(values, answers), len(values) - 1)
        return np.where(values[nearest] == answers, nearest, -1)

    return boundary_lines(scores, grid, classes)


def scores_of(
    answers: np.ndarray, n: int, name: str = "predict"
) -> tuple[np.ndarray, np.ndarray | None]:
    """What a model answered for n points, as scores (n, K), the largest of which is the class.

    The second value is None; where the answers are classes and no scores, the classes by number.
    """
    one = _one_column(answers)
    if one.ndim not in (1, 2) or len(answers) != n:
        rule = f"a function that gives {n} rows for {n} points"
        raise refusal(name, rule, said(f"shape {answers.shape}"))
    if one.dtype.kind == "f" and not np.isfinite(one).all():
        raise refusal(name, "a function that gives finite numbers", said("others"))
    if one.ndim == 2:
        return _unsquashed(one), None
    if one.dtype.kind == "f" and (one != np.round(one)).any():
        scores = one.astype(np.float64)
        if scores.min() >= 0 and scores.max() <= 1:
            return _unsquashed(np.stack([1 - scores, scores], axis=1)), None
        return np.stack([np.zeros(n), scores], axis=1), None
    values, indices = np.unique(one, return_inverse=True)
    return np.eye(len(values))[indices.ravel()], values


def _one_column(answers: np.ndarray) -> np.ndarray:
    """Answers (n,): of (n, 1) the column, of one-hot classes the class; scores stay (n, K)."""
    if answers.ndim != 2 or not answers.size:
        return answers
    if answers.shape[1] == 1:
        return answers[:, 0]
    return answers if answers.dtype.kind == "f" else answers.argmax(axis=1)


def _unsquashed(scores: np.ndarray) -> np.ndarray:
    """Probabilities as logarithms, to interpolate as the logits do; other scores unchanged."""
    scores = scores.astype(np.float64)
    if scores.min() >= 0 and np.allclose(scores.sum(axis=1), 1.0, atol=1e-3):
        return np.log(np.maximum(scores, np.finfo(np.float32).tiny))
    return scores


def values_one_by_one(name: str, function: Any, points: np.ndarray) -> np.ndarray:
    """`function` of one point (1, d) after the other, a number for each: (n,)."""
    try:
        return np.array([as_array(function(point[None])).item() for point in points], np.float64)
    except Exception as error:
        rule = "a function that gives a number for a point (1, 2)"
        raise refusal(name, rule, said(f"{type(error).__name__}: {error}")) from error


def values_at(function: Callable[[np.ndarray], Any], points: np.ndarray) -> np.ndarray | None:
    """`function` at all points at once, (n,); None unless each point has got its own number."""
    # Whatever a function for one point makes of many, its own error shows when it is asked for one.
    try:
        values = np.asarray(as_array(function(points)), dtype=np.float64)
        last = np.asarray(as_array(function(points[-1:])), dtype=np.float64)
    except Exception:
        return None
    if values.shape not in ((len(points),), (len(points), 1)) or last.size != 1:
        return None
    values = values.ravel()
    agrees = np.allclose(values[-1], last.ravel()[0], rtol=1e-4, atol=1e-6, equal_nan=True)
    return values if agrees else None
