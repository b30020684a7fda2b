"""Classifier: our training as an estimator of scikit-learn, with a run behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.data.frame import is_frame
from unitscope.data.tables import dataset_of_frame, has_texts
from unitscope.errors import MissingDependency, refusal, said
from unitscope.networks import Activation
from unitscope.recipe import ClassWeight, Optimizer, Recipe, Standardize
from unitscope.training.run import Run
from unitscope.training.train import train

# Without scikit-learn the name is there, and says what is missing when it is called.
if TYPE_CHECKING:  # what type checkers know of scikit-learn's two classes

    class _Estimator:
        def get_params(self, deep: bool = True) -> dict[str, Any]: ...
        def set_params(self, **params: Any) -> Classifier: ...
        def score(self, X: Any, y: Any, sample_weight: Any = None) -> float: ...

else:
    try:
        from sklearn.base import BaseEstimator, ClassifierMixin

        class _Estimator(ClassifierMixin, BaseEstimator):
            pass

    except ImportError:
        _Estimator = object


class Classifier(_Estimator):
    """A dense classifier as an estimator of scikit-learn, for pipelines, searches and scores.

    **Arguments**, all kept as they are until `fit`: the fields of `us.Recipe`, with its defaults,
    which are the course lab's; `hidden=(8, 8)` has two layers of 8 units. And `validation`, the
    share of the points to hold out, and `early_stopping`, as `us.train` has them.

    **Attributes** after `fit`

    - `run_`: the Run, for `us.plot`, `us.explain`, `us.partition` and all that takes one. Each of
      them takes the classifier itself, too.
    - `classes_`, (K,): the labels in order, as they were given; `n_features_in_`, and
      `feature_names_in_` where X is a data frame with names.

    A data frame may have columns of texts and bools: they become features of 0 and 1, as
    `us.read_table` makes them, and so do those of new rows.

    **Raises** `MissingDependency` without scikit-learn; `InvalidInput`, a `ValueError`, in `fit`.
    """

    validation: float | None
    early_stopping: int | None
    run_: Run
    classes_: np.ndarray
    n_features_in_: int
    feature_names_in_: np.ndarray

    def __init__(
        self,
        hidden: int | Sequence[int] = (2,),
        *,
        activation: Activation | Sequence[Activation] = "relu",
        optimizer: Optimizer = "adam",
        learning_rate: float = 0.01,
        batch_size: int = 32,
        epochs: int = 200,
        l1: float | Sequence[float] = 0.0,
        l2: float | Sequence[float] = 0.0,
        seed: int = 0,
        momentum: float = 0.0,
        nesterov: bool = False,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        rho: float = 0.9,
        epsilon: float = 1e-7,
        weight_decay: float = 0.004,
        one_logit: bool = False,
        float32_rate: bool = False,
        validation: float | None = None,
        early_stopping: int | None = None,
        standardize: Standardize = "auto",
        class_weight: ClassWeight = None,
    ) -> None:
        given = {name: value for name, value in locals().items() if name != "self"}
        if _Estimator is object:
            raise MissingDependency(
                'us.Classifier needs scikit-learn: pip install "unitscope[sklearn]"'
            )
        vars(self).update(given)  # by their names, as scikit-learn reads and sets them

    def fit(self, X: Any, y: Any) -> Classifier:
        """Train on points X (n, d), an array or a data frame, with the labels y (n,)."""
        from sklearn.utils.multiclass import check_classification_targets
        from sklearn.utils.validation import validate_data

        recipe = Recipe(**{name: getattr(self, name) for name in _SETTINGS})
        if is_frame(X) and has_texts(X):
            data = dataset_of_frame(X, y)
            self.feature_names_in_ = np.array([str(name) for name in X.columns], dtype=object)
            self.n_features_in_ = len(self.feature_names_in_)
        else:
            vars(self).pop("feature_names_in_", None)
            points, labels = validate_data(self, X, y, dtype=np.float64)
            check_classification_targets(labels)
            if len(np.unique(labels)) < 2:
                raise refusal("y", "labels of at least 2 classes", said("1 class"))
            names = getattr(self, "feature_names_in_", None)
            data = Dataset(points, labels, feature_names=names)
        self.run_ = train(
            data, recipe, validation=self.validation, early_stopping=self.early_stopping
        )
        self.classes_ = data.labels
        return self

    def predict(self, X: Any) -> np.ndarray:
        """The label of each point of X (n, d): (n,), of the dtype of those that `fit` had."""
        return self._fitted().predict(self._rows(X))

    def predict_proba(self, X: Any) -> np.ndarray:
        """The probability of each class, in the order of `classes_`, of each point: (n, K)."""
        return self._fitted().probabilities(self._rows(X))

    def _fitted(self) -> Run:
        from sklearn.utils.validation import check_is_fitted

        check_is_fitted(self)
        return self.run_

    def _rows(self, X: Any) -> Any:
        """New points, checked as scikit-learn does where they are numbers alone."""
        from sklearn.utils.validation import validate_data

        if self.run_.data.encoding is None:
            return validate_data(self, X, reset=False, dtype=np.float64)
        if not is_frame(X):
            names = ", ".join(self.feature_names_in_[:10])
            rule = f"a data frame with the columns {names}, as in fit"
            raise refusal("X", rule, said(type(X).__name__))
        return X


_SETTINGS = tuple(Recipe.__dataclass_fields__)
