"""The course's pictures of a real Keras model, on the backends that no notebook test uses.

Run as a program with a backend's name, this file runs one of the two programs below.
"""

import importlib
import sys

import pytest
from backends import BACKENDS

# The learner's own objects only; the helper must neither change the model nor need its library's
# arrays.
PROGRAM = """
from lab_utils_multiclass_TF import *
import unitscope as us

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
@pytest.mark.parametrize("backend", BACKENDS[2:], indirect=True, scope="session")
def test_the_lab_on_a_learners_own_model(backend):
    assert backend.run(__file__, "program").endswith(
        "titles: ['model decision boundary', 'Layer 1 Unit 0', 'Layer 1 Unit 1', "
        "'Linear Output Unit 0', 'Linear Output Unit 1', "
        "'Linear Output Unit 2', 'Linear Output Unit 3']\n"
    )


# What learners change in the lab's cells, each with the lab's calls after it.
CHANGED = """
from sklearn.datasets import make_blobs
from lab_utils_multiclass_TF import *
from unitscope.errors import InvalidInput

def lab(hidden=(2,), classes=4, outputs=None, first=0, onehot=False, last="linear", between=()):
    centers = [[-5, 2], [-2, -2], [1, 2], [5, -2]]
    if classes != 4:
        turn = 2 * np.pi * np.arange(classes) / classes
        centers = 6 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    X, y = make_blobs(n_samples=100, centers=centers, cluster_std=1.0, random_state=30)
    y = np.eye(classes)[y] if onehot else y + first
    outputs = outputs or classes + first
    plt_mc(X, y, classes, centers, std=1.0)
    layers = [keras.layers.Dense(n, "relu", name=f"L{i + 1}") for i, n in enumerate(hidden)]
    end = keras.layers.Dense(outputs, last, name=f"L{len(hidden) + 1}")
    model = keras.Sequential([*layers, *between, end])
    kind = "BinaryCrossentropy" if outputs == 1 else "SparseCategoricalCrossentropy"
    kind = getattr(keras.losses, "CategoricalCrossentropy" if onehot else kind)
    model.compile(loss=kind(from_logits=last == "linear"), optimizer="adam", run_eagerly=True)
    model.fit(X, y, verbose=0)
    plt_cat_mc(X, y, model, classes)
    a = X
    for number in range(1, len(hidden) + 1):
        W, b = model.get_layer(f"L{number}").get_weights()
        plt_layer_relu(a, y if onehot else y.reshape(-1,), W, b, classes, layer=number)
        a = np.maximum(0, np.dot(a, W) + b)
    W, b = model.get_layer(f"L{len(hidden) + 1}").get_weights()
    ranges = [(-0.25, np.amax(column)) for column in a.T[:2]]
    plt_output_layer_linear(a, y, W, b, classes, *ranges, layer=len(hidden) + 1)

changes = {
    "Dense(3)": dict(hidden=(3,)),
    "Dense(1)": dict(hidden=(1,)),
    "Dense(8)": dict(hidden=(8,)),
    "three layers": dict(hidden=(4, 3)),
    "no hidden layer": dict(hidden=()),
    "two classes": dict(classes=2),
    "one logit": dict(classes=2, outputs=1),
    "one probability": dict(classes=2, outputs=1, last="sigmoid"),
    "twelve classes": dict(classes=12),
    "labels from 1": dict(first=1),
    "one-hot": dict(onehot=True),
    "softmax": dict(last="softmax"),
    "no chain of dense layers": dict(between=[keras.layers.BatchNormalization()]),
}
for name, change in changes.items():
    keras.utils.set_random_seed(1)  # some starts give one class everywhere, which has no boundary
    lab(**change)
    figures = [plt.figure(number) for number in plt.get_fignums()]
    blank = [f for f in figures if not any(ax.collections for ax in f.axes)]
    layers = len(change.get("hidden", (2,)))
    assert len(figures) == 3 + layers and not blank, (name, len(figures), blank)
    boundary = [a for a in figures[1].axes[0].collections if a.get_gid() == "boundary"]
    assert len(boundary) == 1, name
    plt.close("all")
X, y = make_blobs(n_samples=100, centers=4, random_state=30)
try:
    plt_mc(X, y, 3, None, std=1.0)
except InvalidInput as refused:
    print(refused, plt.get_fignums())
print(len(changes), "changes")
"""


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS[1:2], indirect=True, scope="session")
def test_what_learners_change_in_the_lab(backend):
    assert backend.run(__file__, "changed").splitlines()[-2:] == [
        "y must be labels of at most 3 classes, as classes says. Got 4 labels instead. []",
        "13 changes",
    ]


def main(backend, which):
    """Run one of the programs above."""
    from matplotlib import pyplot

    pyplot.close("all")
    keras = importlib.import_module("tf_keras" if backend == "tf_keras" else "keras")
    exec(CHANGED if which == "changed" else PROGRAM, {"keras": keras})
    pyplot.close("all")


if __name__ == "__main__":
    main(*sys.argv[1:])
