"""The steps in front of a scikit-learn classifier: affine ones to fold, others to apply first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from unitscope.errors import UnsupportedModel, refusal, said, shown
from unitscope.models.chain import Chain

_PASSED = (None, "passthrough")


class Front(NamedTuple):
    """What the network takes: of which names, and what is done to the data before; None: nothing.

    `applied` has the names of the steps that `prepare` does.
    """

    names: tuple[str, ...] | None
    prepare: Callable[[Any], np.ndarray] | None
    applied: tuple[str, ...]


def kind(step: Any) -> str:
    """The name of a step's class where scikit-learn itself defines it; "" for any other."""
    cls = type(step)
    return cls.__name__ if cls.__module__.partition(".")[0] == "sklearn" else ""


def read_steps(steps: Sequence[Any], chain: Chain, names: tuple[str, ...] | None) -> Front:
    """Fold the steps into the chain as far back as they are affine; those before are applied.

    `chain.width` becomes that of what the network takes. `names` are those of the model's columns.
    """
    steps = flattened(steps)
    last = _last_other(steps)
    if last < 0:
        for step in steps:
            fold(step, chain)
        return Front(names, None, ())
    before, step = steps[:last], steps[last]
    front = None
    if kind(step) == "ColumnTransformer" and not before:
        front = _split_columns(step, chain, names)
    if front is None:
        front = _applied(steps[: last + 1], chain, names)
    for step in steps[last + 1 :]:
        fold(step, chain)
    return front


def flattened(steps: Sequence[Any]) -> list[Any]:
    """The steps, those of pipelines among them one by one, without those that do nothing."""
    found: list[Any] = []
    for step in steps:
        if kind(step) == "Pipeline":
            found += flattened([inner for _, inner in step.steps])
        elif not (isinstance(step, str) and step == "passthrough") and step is not None:
            found.append(step)
    return found


def is_affine(step: Any) -> bool:
    """Whether the step is x -> x @ weights + shift at prediction."""
    name = kind(step)
    if name == "ColumnTransformer":
        parts = [part for _, part, _ in step.transformers_ if not _is_drop(part)]
        return all(_last_other(flattened([part])) < 0 for part in parts)
    if name in ("MinMaxScaler", "MaxAbsScaler"):
        return not getattr(step, "clip", False)
    if name == "PolynomialFeatures":
        return bool((_fitted(step, "powers_").sum(axis=1) <= 1).all())
    if name == "FunctionTransformer":
        return step.func is None
    return name in ("StandardScaler", "RobustScaler", "PCA", "TruncatedSVD") or _selects(step)


def fold(step: Any, chain: Chain) -> None:
    """Take an affine step into the chain."""
    name = kind(step)
    if name == "StandardScaler":
        mean, scale = _fitted(step, "mean_"), step.scale_
        mean = mean if step.with_mean else None  # where it is not, mean_ may be there
        scale = 1.0 if scale is None else scale
        chain.scale(name, 1.0 / scale, 0.0 if mean is None else -mean / scale)
    elif name == "MinMaxScaler":
        chain.scale(name, _fitted(step, "scale_"), step.min_)
    elif name == "MaxAbsScaler":
        chain.scale(name, 1.0 / _fitted(step, "scale_"), 0.0)
    elif name == "RobustScaler":
        center, scale = _fitted(step, "center_"), step.scale_
        scale = 1.0 if scale is None else scale
        chain.scale(name, 1.0 / scale, 0.0 if center is None else -center / scale)
    elif name == "PCA":
        weights = _fitted(step, "components_").T
        if step.whiten:
            deviation = np.sqrt(step.explained_variance_)
            weights = weights / np.maximum(deviation, np.finfo(deviation.dtype).eps)
        chain.affine(name, weights, -step.mean_ @ weights)
    elif name == "TruncatedSVD":
        weights = _fitted(step, "components_").T
        chain.affine(name, weights, np.zeros(weights.shape[1]))
    elif name == "PolynomialFeatures":
        powers = step.powers_
        chain.affine(name, powers.T, powers.sum(axis=1) == 0)
    elif name == "ColumnTransformer":
        _fold_columns(step, chain)
    elif _selects(step):
        weights = np.eye(len(step.get_support()))[:, step.get_support()]
        chain.affine(name, weights, np.zeros(weights.shape[1]))
    if name not in ("ColumnTransformer", "FunctionTransformer"):  # only of others, or nothing
        chain.folded.append(name)


def columns_of(step: Any, names: tuple[str, ...] | None, columns: Any) -> np.ndarray:
    """The numbers of a ColumnTransformer's columns, however they were named."""
    if isinstance(columns, slice):
        begin, end = columns.start, columns.stop
        begin = (names or ()).index(begin) if isinstance(begin, str) else begin
        # a slice of names has its last one, too
        end = (names or ()).index(end) + 1 if isinstance(end, str) else end
        return np.arange(step.n_features_in_)[begin : end : columns.step]
    listed = np.atleast_1d(np.asarray(columns, dtype=object))
    if all(isinstance(column, (bool, np.bool_)) for column in listed) and len(listed):
        return np.flatnonzero(listed.astype(bool))
    found = [
        (names or ()).index(column) if isinstance(column, str) else int(column) for column in listed
    ]
    return np.array(found, dtype=np.intp) % step.n_features_in_


def names_in(model: Any) -> tuple[str, ...] | None:
    """The names of the columns that a model was fitted to; None where it was to an array."""
    names = getattr(model, "feature_names_in_", None)
    return None if names is None else tuple(str(name) for name in names)


def dense(values: Any) -> np.ndarray:
    """Numbers as a full float64 array: steps may give sparse ones, or frames."""
    full = values.toarray() if hasattr(values, "toarray") else values
    if np.ma.is_masked(full) or np.iscomplexobj(full):
        raise refusal("model", "of real numbers, none of which is masked", said("others"))
    return np.asarray(full, dtype=np.float64)


def _last_other(steps: Sequence[Any]) -> int:
    """The place of the last step that is not affine; -1 where all are."""
    return max((place for place, step in enumerate(steps) if not is_affine(step)), default=-1)


def _selects(step: Any) -> bool:
    return bool(kind(step)) and type(step).__module__.startswith("sklearn.feature_selection")


def _is_drop(part: Any) -> bool:
    return isinstance(part, str) and part == "drop"


def _fitted(step: Any, name: str) -> Any:
    if not hasattr(step, name):
        raise UnsupportedModel(
            f"model must be fitted. Got a step {kind(step)} that is not instead."
        )
    return getattr(step, name)


def _parts(step: Any) -> list[tuple[str, Any, np.ndarray, float]]:
    """The parts of a fitted ColumnTransformer: name, what it does, its columns, its weight."""
    names, weights = names_in(step), step.transformer_weights or {}
    found = [
        (name, part, columns_of(step, names, columns), weights.get(name, 1.0))
        for name, part, columns in _fitted(step, "transformers_")
        if not _is_drop(part)
    ]
    return [part for part in found if len(part[2])]


def _fold_columns(step: Any, chain: Chain) -> None:
    """A ColumnTransformer of affine parts alone."""
    blocks, shifts = [], []
    for _, part, columns, weight in _parts(step):
        inner = Chain(len(columns))
        for one in flattened([part]):
            fold(one, inner)
        chain.folded += inner.folded
        weights, shift = inner.map()
        block = np.zeros((step.n_features_in_, weights.shape[1]))
        np.add.at(block, columns, weights * weight)
        blocks.append(block)
        shifts.append(shift * weight)
    chain.affine("ColumnTransformer", np.hstack(blocks), np.concatenate(shifts))


def _split_columns(step: Any, chain: Chain, names: tuple[str, ...] | None) -> Front | None:
    """A ColumnTransformer with some parts that are not affine; None where it cannot be split.

    Only those are applied: the network takes the other columns as they are, in their own units.
    """
    known = names or tuple(f"x{i}" for i in range(step.n_features_in_))
    makers, labels, owners, maps, applied = [], [], [], [], []
    for name, part, columns, weight in _parts(step):
        steps = flattened([part])
        last = _last_other(steps)
        first, rest = steps[: last + 1], steps[last + 1 :]
        made = _names_after(first, [known[column] for column in columns])
        if made is None:
            return None
        inner = Chain(len(made))
        for one in rest:
            fold(one, inner)
        weights, shift = inner.map()
        maps.append((weights * weight, shift * weight, inner.folded))
        makers.append((first, columns))
        labels += made
        owners += [name] * len(made)
        applied += [_called(one) for one in first]
    if len(set(labels)) < len(labels):
        labels = [f"{owner}__{label}" for owner, label in zip(owners, labels, strict=True)]
    height, width = len(labels), sum(len(shift) for _, shift, _ in maps)
    weights, at, to = np.zeros((height, width)), 0, 0
    for block, _, folded in maps:
        weights[at : at + block.shape[0], to : to + block.shape[1]] = block
        at, to = at + block.shape[0], to + block.shape[1]
        chain.folded += folded
    chain.width = height
    chain.affine("ColumnTransformer", weights, np.concatenate([shift for _, shift, _ in maps]))
    framed = names_in(step)

    def prepare(rows: Any) -> np.ndarray:
        table = as_fitted(rows, framed)
        made = [_after(first, _taken(table, columns)) for first, columns in makers]
        return np.hstack(made)

    return Front(tuple(labels), prepare, tuple(dict.fromkeys(applied)))


def _applied(steps: Sequence[Any], chain: Chain, names: tuple[str, ...] | None) -> Front:
    """All these steps done to the data."""
    framed = names_in(steps[0])

    def prepare(rows: Any) -> np.ndarray:
        return _after(steps, as_fitted(rows, framed))

    made = _names_after(steps, names)
    chain.width = None if made is None else len(made)
    applied = tuple(dict.fromkeys(_called(step) for step in steps))
    return Front(None if made is None else tuple(made), prepare, applied)


def as_fitted(rows: Any, names: tuple[str, ...] | None) -> Any:
    """Rows of the form that a step was fitted to: a data frame of these names, or an array."""
    columns = getattr(rows, "columns", None)
    if names is None:
        return rows if columns is None else np.asarray(rows)
    if columns is not None:
        return rows
    import pandas

    array = np.asarray(rows)
    if array.ndim != 2 or array.shape[1] != len(names):
        raise UnsupportedModel(
            f"X must be rows of the columns {', '.join(names)}. "
            f"Got {shown(said(f'shape {array.shape}'))} instead."
        )
    return pandas.DataFrame(array, columns=list(names)).infer_objects()


def _taken(table: Any, columns: np.ndarray) -> Any:
    return table.iloc[:, columns] if hasattr(table, "iloc") else np.asarray(table)[:, columns]


def _after(steps: Sequence[Any], rows: Any) -> np.ndarray:
    for step in steps:
        rows = step.transform(rows)
    return dense(rows)


def _names_after(steps: Sequence[Any], names: Sequence[str] | None) -> list[str] | None:
    """The names of the features that the steps make of these columns; None where unknown."""
    given: Any = None if names is None else np.array(names, dtype=object)
    for step in steps:
        try:
            given = step.get_feature_names_out(given)
        except (AttributeError, ValueError, TypeError):
            return None
    return None if given is None else [str(name) for name in given]


def _called(step: Any) -> str:
    return type(step).__name__
