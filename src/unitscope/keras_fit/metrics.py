"""The metrics that `compile` gave a model, made and filled as model.fit leaves them."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from unitscope.keras_fit.variables import Variable
from unitscope.models.keras import keras_package


class Metrics:
    """A model's loss and accuracies, each a sum and a count; making this makes those that lack.

    Keras makes them in the first step of a fit. Its callbacks look there for which way a value is
    better, and `model.get_metrics_result()` reads them.
    """

    def __init__(self, model: Any, *, one_hot: bool) -> None:
        package = keras_package(model)
        if package.__name__ == "keras":
            compiled = model._compile_metrics
            if compiled is not None and not compiled.built:
                shapes = _shapes(model, one_hot=one_hot)
                compiled.build(*(package.KerasTensor(shape, "float32") for shape in shapes))
            found = [model._loss_tracker, *([] if compiled is None else compiled.metrics)]
        else:
            found = _of_keras_2(model, *_shapes(model, one_hot=one_hot))
        self._metrics = [
            (metric.name, Variable(metric.total), Variable(metric.count)) for metric in found
        ]

    def fill(self, logs: Mapping[str, float], points: int) -> None:
        """Have them say what `logs` say by their names, over so many points."""
        for name, total, count in self._metrics:
            total.write(float(logs[name] * points))
            count.write(float(points))

    def reset(self) -> None:
        """Empty them, as Keras does before each epoch."""
        for _, total, count in self._metrics:
            total.write(0.0)
            count.write(0.0)


def _shapes(model: Any, *, one_hot: bool) -> tuple[tuple[Any, int], tuple[Any, int]]:
    """Of a batch of labels, and of the model's outputs for it."""
    outputs = int(model.output_shape[-1])
    return (None, outputs if one_hot else 1), (None, outputs)


def _of_keras_2(model: Any, labels: tuple[Any, int], outputs: tuple[Any, int]) -> list[Any]:
    zeros = importlib.import_module("tensorflow").zeros
    example, labelled = zeros((1, outputs[1])), zeros((1, labels[1]))
    if not model.compiled_loss.built:
        model.compiled_loss.build(example)
    if not model.compiled_metrics.built:
        model.compiled_metrics.build(example, labelled)
    return [*model.compiled_loss.metrics, *model.compiled_metrics.metrics]
