"""The notebook and the course's own cells, run by a real Jupyter kernel."""

import numpy as np
import pytest

import unitscope as us
from patience import PATIENCE

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")

pytestmark = [
    pytest.mark.notebook,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

# The ten code cells of the lab, as a learner has them; the model is Keras's, the backend the
# environment's.
LAB_CELLS = [
    """
import numpy as np
import matplotlib.pyplot as plt
%matplotlib {mode}
from sklearn.datasets import make_blobs
import keras
from keras import Sequential
from keras.layers import Dense
np.set_printoptions(precision=2)
from lab_utils_multiclass_TF import *
import logging
""",
    """
classes = 4
m = 100
centers = [[-5, 2], [-2, -2], [1, 2], [5, -2]]
std = 1.0
X_train, y_train = make_blobs(n_samples=m, centers=centers, cluster_std=std, random_state=30)
""",
    "plt_mc(X_train, y_train, classes, centers, std=std)",
    """
print(f"unique classes {np.unique(y_train)}")
print(f"class representation {y_train[:10]}")
print(f"shape of X_train: {X_train.shape}, shape of y_train: {y_train.shape}")
""",
    """
keras.utils.set_random_seed(1234)
model = Sequential(
    [Dense(2, activation="relu", name="L1"), Dense(4, activation="linear", name="L2")]
)
""",
    """
model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
              optimizer=keras.optimizers.Adam(0.01))
model.fit(X_train, y_train, epochs=3, verbose=0)
""",
    "plt_cat_mc(X_train, y_train, model, classes)",
    """
l1 = model.get_layer("L1")
W1, b1 = l1.get_weights()
""",
    "plt_layer_relu(X_train, y_train.reshape(-1,), W1, b1, classes)",
    """
l2 = model.get_layer("L2")
W2, b2 = l2.get_weights()
Xl2 = np.maximum(0, np.dot(X_train, W1) + b1)
plt_output_layer_linear(Xl2, y_train.reshape(-1,), W2, b2, classes,
                        x0_rng=(-0.25, np.amax(Xl2[:, 0])), x1_rng=(-0.25, np.amax(Xl2[:, 1])))
""",
]
PICTURE_CELLS = (2, 6, 8, 9)


def executed(notebook, folder):
    """The notebook after a run in a fresh kernel; a cell that fails, fails the test."""
    client = nbclient.NotebookClient(
        notebook,
        timeout=PATIENCE,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    return notebook


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def text_of(cell):
    return "".join(
        output.get("text", "") for output in cell.outputs if output.output_type == "stream"
    )


@pytest.mark.tensorflow
def test_the_lab_notebook_runs_and_says_the_labs_numbers(repository, tmp_path):
    notebook = executed(
        nbformat.read(repository / "notebooks" / "lab.ipynb", as_version=4), tmp_path
    )
    said = "".join(text_of(cell) for cell in code_cells(notebook))
    printed = us.lab.printed_losses()
    assert str([f"{loss:.4f}" for loss in printed[::40]]) in said
    assert f"last {printed[-1]:.4f}" in said
    assert "unit 0 is on for [0, 2, 25, 25]" in said
    assert "unit 1 is on for [0, 25, 5, 25]" in said
    assert "the same class before and after softmax: True" in said
    assert "adding 100 to every logit changes nothing: True" in said
    assert "unitscope: trained by Keras" not in said
    shown = [
        output
        for cell in code_cells(notebook)
        for output in cell.outputs
        if output.output_type == "display_data"
    ]
    assert len(shown) >= 7
    assert not [path for path in tmp_path.iterdir() if path.suffix in (".mplstyle", ".py")]


@pytest.mark.parametrize(
    ("name", "said", "pictures"),
    [("words", ("567 of 621", "light  verb"), 1), ("animals", ("348 of 400", "legs"), 2)],
)
def test_an_examples_notebook_runs(repository, tmp_path, name, said, pictures):
    book = nbformat.read(repository / "notebooks" / f"{name}.ipynb", as_version=4)
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code_cells(book))
    cells = code_cells(executed(book, tmp_path))
    text = "".join(text_of(cell) for cell in cells)
    assert [words for words in said if words not in text] == []
    shown = [
        output for cell in cells for output in cell.outputs if "image/png" in output.get("data", {})
    ]
    assert len(shown) == pictures


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("widget", "application/vnd.jupyter.widget-view+json"),
        ("inline", "image/png"),
    ],
)
def test_the_courses_cells_show_their_pictures(tmp_path, mode, kind):
    cells = [
        nbformat.v4.new_code_cell(
            cell.format(mode=mode).strip() if "{mode}" in cell else cell.strip()
        )
        for cell in LAB_CELLS
    ]
    notebook = executed(nbformat.v4.new_notebook(cells=cells), tmp_path)
    for index in PICTURE_CELLS:
        kinds = [
            set(output.data)
            for output in notebook.cells[index].outputs
            if output.output_type == "display_data"
        ]
        assert any(kind in found for found in kinds), f"cell {index} shows no {kind}"
        errors = [
            output for output in notebook.cells[index].outputs if output.get("name") == "stderr"
        ]
        assert not errors
    assert "class representation [3 3 3 0 3 3 3 3 2 0]" in text_of(notebook.cells[3])


def test_the_notebook_carries_no_outputs_and_no_path(repository):
    notebook = nbformat.read(repository / "notebooks" / "lab.ipynb", as_version=4)
    assert all(not cell.outputs and cell.execution_count is None for cell in code_cells(notebook))
    assert np.unique([cell.id for cell in notebook.cells]).size == len(notebook.cells)
