"""See how a small classifier decides: train it, look at every unit, read its regions.

- Data: `Dataset`, `datasets` (the course lab's and other toys), `read_table`.
- Train: `train` and `Run`, `sweep` and `Sweep` for many seeds, `Recipe` for their settings.
- Look: `plot`, `explain` in words, `partition` for exact regions, `Plane` through more inputs.
- Live, and to send: `Scope` in a notebook, `export_html`, `export_code`.
- Models: `Network` of `Dense` layers, `from_keras`, `to_keras`, `fit` for Keras's own.
- `lab`, the course lab as a program; `errors`, what is raised.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unitscope import errors as errors
    from unitscope import lab as lab
    from unitscope.data import toys as datasets
    from unitscope.data.dataset import Dataset as Dataset
    from unitscope.data.tables import read_table as read_table
    from unitscope.explanation.explain import explain as explain
    from unitscope.export.code import export_code as export_code
    from unitscope.export.page import export_html as export_html
    from unitscope.figures import plot as plot
    from unitscope.geometry.partition import partition as partition
    from unitscope.geometry.plane import Plane as Plane
    from unitscope.keras_fit.fit import fit as fit
    from unitscope.models.keras import from_keras as from_keras
    from unitscope.models.keras import to_keras as to_keras
    from unitscope.network import Dense as Dense
    from unitscope.network import Network as Network
    from unitscope.page.widget import Scope as Scope
    from unitscope.recipe import Recipe as Recipe
    from unitscope.sweeps.result import Sweep as Sweep
    from unitscope.sweeps.sweep import sweep as sweep
    from unitscope.training.run import Run as Run
    from unitscope.training.train import train as train

__version__ = "0.1.0"

# Public name -> module, or module:attribute, loaded when first used, so that importing is quick.
_PUBLIC = {
    "Dataset": "unitscope.data.dataset:Dataset",
    "Dense": "unitscope.network:Dense",
    "Network": "unitscope.network:Network",
    "Plane": "unitscope.geometry.plane:Plane",
    "Recipe": "unitscope.recipe:Recipe",
    "Run": "unitscope.training.run:Run",
    "Scope": "unitscope.page.widget:Scope",
    "Sweep": "unitscope.sweeps.result:Sweep",
    "datasets": "unitscope.data.toys",
    "errors": "unitscope.errors",
    "explain": "unitscope.explanation.explain:explain",
    "export_code": "unitscope.export.code:export_code",
    "export_html": "unitscope.export.page:export_html",
    "fit": "unitscope.keras_fit.fit:fit",
    "from_keras": "unitscope.models.keras:from_keras",
    "lab": "unitscope.lab",
    "partition": "unitscope.geometry.partition:partition",
    "plot": "unitscope.figures.plot",
    "read_table": "unitscope.data.tables:read_table",
    "sweep": "unitscope.sweeps.sweep:sweep",
    "to_keras": "unitscope.models.keras:to_keras",
    "train": "unitscope.training.train:train",
}

__all__ = sorted(_PUBLIC)


if not TYPE_CHECKING:  # else every misspelt name would pass as Any

    def __getattr__(name: str) -> Any:
        if name not in _PUBLIC:
            raise AttributeError(f"module 'unitscope' has no attribute {name!r}")
        module_name, _, attribute = _PUBLIC[name].partition(":")
        module = importlib.import_module(module_name)
        value = getattr(module, attribute) if attribute else module
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
