"""Writes tests/models/tf2onnx.json: small models of Keras as tf2onnx writes them, with answers.

Run it in an environment of its own, with Python 3.11 and
pip install tf2onnx==1.16.1 tensorflow-cpu==2.15.1 onnx==1.15.0 protobuf==3.20.3 "numpy<2".
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
import tf2onnx
from tensorflow import keras

PLACE = Path(__file__).parents[1] / "tests" / "models" / "tf2onnx.json"
L = keras.layers


def normalization() -> Any:
    """One that knows the mean and deviation of some points."""
    layer = L.Normalization()
    layer.adapt(np.random.default_rng(0).normal(2.0, 3.0, (50, 3)).astype(np.float32))
    return layer


def models() -> dict[str, list[Any]]:
    """The layers of each, behind an input of three numbers."""
    functions = (
        *("relu", "tanh", "sigmoid", "elu", "selu", "gelu", "swish", "softplus"),
        *("hard_sigmoid", "exponential", "softsign"),
    )
    slopes = {"alpha_initializer": "uniform"}
    return {
        **{name: [L.Dense(4, name), L.Dense(3)] for name in functions},
        "softmax at the end": [L.Dense(4, "relu"), L.Dense(3, "softmax")],
        "one sigmoid": [L.Dense(4, "relu"), L.Dense(1, "sigmoid")],
        "one a class": [L.Dense(4, "relu"), L.Dense(3, "sigmoid")],
        "normalized": [normalization(), L.Dense(4), L.BatchNormalization(), L.ReLU(), L.Dense(3)],
        "batches": [L.BatchNormalization(), L.Dense(4, "relu"), L.Dropout(0.5), L.Dense(3)],
        "leaky_relu": [L.Dense(4), L.LeakyReLU(0.1), L.Dense(3)],
        "prelu": [L.Dense(4), L.PReLU(**slopes), L.Dense(3)],
        "relu6": [L.Dense(4), L.ReLU(6.0), L.Dense(3)],
        "elu by half": [L.Dense(4), L.ELU(0.5), L.Dense(3)],
        "reshaped": [L.Reshape((3, 1)), L.Flatten(), L.Dense(4, "relu"), L.Dense(3)],
        "rescaled": [L.Rescaling(0.5, offset=1.0), L.Dense(3, use_bias=False)],
    }


def main() -> None:
    """Write the file."""
    found = {}
    for name, layers in models().items():
        model = keras.Sequential([keras.Input((3,), name="x"), *layers])
        rng = np.random.default_rng(len(found))
        for weight in model.weights:
            if not weight.name.startswith("normalization"):
                low = 0.2 if "variance" in weight.name else -1.0
                weight.assign(rng.uniform(low, 1.5, weight.shape))
        signature = [tf.TensorSpec([None, 3], tf.float32, name="x")]
        proto, _ = tf2onnx.convert.from_keras(model, input_signature=signature, opset=15)
        points = rng.normal(0.0, 2.0, (8, 3)).astype(np.float32)
        found[name] = {
            "onnx": base64.b64encode(proto.SerializeToString()).decode(),
            "points": np.round(points, 4).tolist(),
            "answers": model.predict(np.round(points, 4), verbose=0).astype(float).tolist(),
        }
    PLACE.write_text(json.dumps(found, indent=0) + "\n")


if __name__ == "__main__":
    main()
