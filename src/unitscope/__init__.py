"""See how a small classifier decides: train it, look at every unit, read its regions.

- Data: `Dataset`, `datasets` (the course lab's and other toys), `read_table`.
- Train: `train` and `Run`, `sweep` and `Sweep` for many seeds, `Recipe` for their settings;
  `Classifier`, the same as an estimator of scikit-learn.
- Look: `plot`, `explain` in words, `partition` for exact regions, `intervals` of one input, `Plane`
  through more; `compare` two models.
- Live, and to send: `Scope` in a notebook, `export_html`, `export_page`, `export_code`.
- Models: `Network` of `Dense` layers; `network` of a model fitted elsewhere (`from_keras`,
  `from_sklearn`, `from_torch`, `from_onnx`), `load` of any file, `split` for the last dense block
  of any; `to_keras`, `to_sklearn`, `to_torch`, `to_onnx`; `fit` for Keras's own.
- `lab`, the course lab as a program; `errors`, what is raised.
"""

from __future__ import annotations

import importlib

# True to a type checker. `typing` takes some milliseconds to import, in which Ctrl-C is not seen
# to; and an editor would leave out what depends on a plain False.
TYPE_CHECKING = bool()  # noqa: UP018
if TYPE_CHECKING:
    from unitscope import errors as errors
    from unitscope import lab as lab
    from unitscope.classifier import Classifier as Classifier
    from unitscope.comparison.compare import compare as compare
    from unitscope.data import toys as datasets
    from unitscope.data.dataset import Dataset as Dataset
    from unitscope.data.tables import read_table as read_table
    from unitscope.explanation.explain import explain as explain
    from unitscope.export.code import export_code as export_code
    from unitscope.export.page import export_html as export_html
    from unitscope.export.site import export_page as export_page
    from unitscope.figures import plot as plot
    from unitscope.geometry.intervals import intervals as intervals
    from unitscope.geometry.partition import partition as partition
    from unitscope.geometry.plane import Plane as Plane
    from unitscope.keras_fit.fit import fit as fit
    from unitscope.loading import load as load
    from unitscope.models.keras import to_keras as to_keras
    from unitscope.models.keras_layers import from_keras as from_keras
    from unitscope.models.onnx import from_onnx as from_onnx
    from unitscope.models.reading import network as network
    from unitscope.models.sklearn import from_sklearn as from_sklearn
    from unitscope.models.split import split as split
    from unitscope.models.torch import from_torch as from_torch
    from unitscope.models.written import to_onnx as to_onnx
    from unitscope.models.written import to_sklearn as to_sklearn
    from unitscope.models.written import to_torch as to_torch
    from unitscope.networks import Dense as Dense
    from unitscope.networks import Network as Network
    from unitscope.page.widget import Scope as Scope
    from unitscope.recipe import Recipe as Recipe
    from unitscope.sweeps.result import Sweep as Sweep
    from unitscope.sweeps.sweep import sweep as sweep
    from unitscope.training.run import Run as Run
    from unitscope.training.train import train as train

__version__ = "0.1.0"

# Public name -> module, or module:attribute, loaded when first used, so that importing is quick.
_PUBLIC = {
    "Classifier": "unitscope.classifier:Classifier",
    "Dataset": "unitscope.data.dataset:Dataset",
    "Dense": "unitscope.networks:Dense",
    "Network": "unitscope.networks:Network",
    "Plane": "unitscope.geometry.plane:Plane",
    "Recipe": "unitscope.recipe:Recipe",
    "Run": "unitscope.training.run:Run",
    "Scope": "unitscope.page.widget:Scope",
    "Sweep": "unitscope.sweeps.result:Sweep",
    "compare": "unitscope.comparison.compare:compare",
    "datasets": "unitscope.data.toys",
    "errors": "unitscope.errors",
    "explain": "unitscope.explanation.explain:explain",
    "export_code": "unitscope.export.code:export_code",
    "export_html": "unitscope.export.page:export_html",
    "export_page": "unitscope.export.site:export_page",
    "fit": "unitscope.keras_fit.fit:fit",
    "from_keras": "unitscope.models.keras_layers:from_keras",
    "from_onnx": "unitscope.models.onnx:from_onnx",
    "from_sklearn": "unitscope.models.sklearn:from_sklearn",
    "from_torch": "unitscope.models.torch:from_torch",
    "intervals": "unitscope.geometry.intervals:intervals",
    "lab": "unitscope.lab",
    "load": "unitscope.loading:load",
    "network": "unitscope.models.reading:network",
    "partition": "unitscope.geometry.partition:partition",
    "plot": "unitscope.figures.plot",
    "read_table": "unitscope.data.tables:read_table",
    "split": "unitscope.models.split:split",
    "sweep": "unitscope.sweeps.sweep:sweep",
    "to_keras": "unitscope.models.keras:to_keras",
    "to_onnx": "unitscope.models.written:to_onnx",
    "to_sklearn": "unitscope.models.written:to_sklearn",
    "to_torch": "unitscope.models.written:to_torch",
    "train": "unitscope.training.train:train",
}

__all__ = sorted(_PUBLIC)


if not TYPE_CHECKING:  # else every misspelt name would pass as Any

    def __getattr__(name: str) -> object:
        if name not in _PUBLIC:
            raise AttributeError(f"module 'unitscope' has no attribute {name!r}")
        module_name, _, attribute = _PUBLIC[name].partition(":")
        module = importlib.import_module(module_name)
        value = getattr(module, attribute) if attribute else module
        globals()[name] = value
        return value


def load_ipython_extension(shell: object) -> None:
    """`%load_ext unitscope`: the course's helper is ours, whatever lies beside the notebook."""
    from unitscope.notebook import import_our_helper

    import_our_helper()


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
