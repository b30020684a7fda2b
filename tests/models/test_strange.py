"""Models that somebody changed after they were fitted are refused in words."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import unitscope as us
from unitscope.errors import UnitscopeError

DATA = us.datasets.lab()
ODD = {
    "nothing": None,
    "a text": "abc",
    "a number": 5,
    "an empty list": [],
    "ragged": [[1, 2], [1]],
    "complex": np.ones((4, 2)) * 1j,
    "nan": np.full((4, 2), np.nan),
    "masked": np.ma.masked_all((4, 2)),
    "three dimensions": np.ones((4, 2, 1)),
    "no rows": np.ones((0, 2)),
    "too wide": np.ones((4, 5)),
    "texts": np.full((4, 2), "a"),
    "a function": len,
}


def changed(model, **attributes):
    """A copy that has others."""
    found = copy.deepcopy(model)
    vars(found).update(attributes)
    return found


@pytest.fixture(scope="module")
def fitted():
    linear = pytest.importorskip("sklearn.linear_model")
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    line = linear.LogisticRegression().fit(DATA.X, DATA.y)
    deep = MLPClassifier((4, 3), max_iter=2000, tol=0.1).fit(DATA.X, DATA.y)
    return line, deep, make_pipeline(StandardScaler(), line).fit(DATA.X, DATA.y)


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_numbers_that_are_none_are_refused(fitted, odd):
    line, deep, piped = fitted
    step = changed(piped[0], scale_=odd)
    models = [
        changed(line, coef_=odd),
        changed(line, intercept_=np.zeros(3)),
        changed(deep, coefs_=odd),
        changed(deep, coefs_=[odd, *deep.coefs_[1:]]),
        changed(deep, intercepts_=deep.intercepts_[:1]),
        changed(deep, activation=["relu"]),
        changed(deep, out_activation_="sinh"),
        changed(line, classes_=line.classes_[:2]),
        changed(line, feature_names_in_=np.array(["a"], object)),
    ]
    if odd is not None and not isinstance(odd, int):  # of a scaler without scales, or with one
        models.append(changed(piped, steps=[("scale", step), ("line", piped[1])]))
    for model in models:
        with pytest.raises(UnitscopeError):
            us.network(model)


def test_a_pipeline_without_an_end_is_refused(fitted):
    piped = copy.deepcopy(fitted[2])
    piped.steps = [("itself", piped), piped.steps[1]]
    for model in (piped, changed(piped, steps=5), changed(piped, steps=[])):
        with pytest.raises(UnitscopeError):
            us.network(model)


def test_a_class_without_a_module_is_no_model():
    class Odd:
        """Of no module that is a text."""

    for module in (None, 5):
        Odd.__module__ = module
        with pytest.raises(UnitscopeError, match="model must be a fitted model of Keras"):
            us.network(Odd())


def test_a_module_of_pytorch_with_another_forward_or_complex_numbers_is_refused():
    torch = pytest.importorskip("torch")
    model = torch.nn.Sequential(torch.nn.Linear(2, 3))
    us.network(model)
    other = copy.deepcopy(model)
    other[0].forward = lambda rows: rows
    with pytest.raises(UnitscopeError, match="with a forward of its own"):
        us.network(other)
    other = copy.deepcopy(model)
    other[0].weight = torch.nn.Parameter(torch.zeros(3, 2, dtype=torch.complex64))
    with pytest.raises(UnitscopeError, match="they are complex"):
        us.network(other)
