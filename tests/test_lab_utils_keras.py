"""The course's pictures of a real Keras model, on the backends that no notebook test uses."""

import os
import subprocess
import sys

import pytest

# The learner's own objects only; the helper must neither change the model nor need its library's
# arrays.
PROGRAM = """
import importlib, sys
from lab_utils_multiclass_TF import *
import unitscope as us

keras = importlib.import_module(sys.argv[1])
X, y = us.datasets.lab().X, us.datasets.lab().y
layers = [keras.layers.Dense(2, activation="relu", name="L1"), keras.layers.Dense(4, name="L2")]
model = keras.Sequential(layers)
model.build((None, 2))
model.set_weights(us.lab.initial_weights())
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(keras.optimizers.Adam(0.01), loss)
history = us.fit(model, X, y, epochs=200, batch_order=us.lab.batch_order(), verbose=0)
assert np.abs(np.array(history.history["loss"]) - us.lab.printed_losses()).max() <= 6e-5
before = [part.tobytes() for part in model.get_weights()]
plt_cat_mc(X, y, model, 4)
drawn = [artist for artist in plt.gca().collections if artist.get_gid() == "boundary"]
assert len(drawn) == 1 and len(drawn[0].get_segments()) >= 4, drawn
w1, b1 = model.get_layer("L1").get_weights()
plt_layer_relu(X, y.reshape(-1,), w1, b1, 4)
w2, b2 = model.get_layer("L2").get_weights()
a = np.maximum(0, np.dot(X, w1) + b1)
plt_output_layer_linear(a, y.reshape(-1,), w2, b2, 4)
assert before == [part.tobytes() for part in model.get_weights()]
titles = [ax.get_title() for number in plt.get_fignums() for ax in plt.figure(number).axes]
print("titles:", [title for title in titles if title])
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "backend",
    [
        pytest.param("tf_keras", marks=pytest.mark.tensorflow),
        pytest.param("torch", marks=pytest.mark.torch),
    ],
)
def test_the_lab_on_a_learners_own_model(backend):
    library = "tf_keras" if backend == "tf_keras" else "keras"
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, library],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "KERAS_BACKEND": "torch"},
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.endswith(
        "titles: ['model decision boundary', 'Layer 1 Unit 0', 'Layer 1 Unit 1', "
        "'Linear Output Unit 0', 'Linear Output Unit 1', "
        "'Linear Output Unit 2', 'Linear Output Unit 3']\n"
    )
