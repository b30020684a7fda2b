"""What a page opens with: a run, and for a comparison the network that is seen beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from unitscope.comparison.compare import Comparison
from unitscope.errors import refusal, said
from unitscope.geometry.plane import Plane, check_plane
from unitscope.models.sampled import SampledClassifier
from unitscope.networks import Network
from unitscope.training.given import run_of, untrained
from unitscope.training.run import Run


@dataclass(frozen=True)
class Beside:
    """The first network of a comparison, whose second is shown; `names`: of the two.

    `plane`: what the comparison looks at, where there are more than two features, and `words`: what
    that is.
    """

    network: Network
    names: tuple[str, str]
    plane: Plane | None
    words: str


def opened(
    what: Any, data: Any = None, name: str = "run", plane: Plane | None = None
) -> tuple[Run, Beside | None]:
    """The argument `name` as `run_of` takes it; of a Comparison, its second network beside a's.

    **Raises** as `run_of`; `InvalidInput` for a comparison with a model that has no layers, and for
    a `plane` that does not fit.
    """
    if not isinstance(what, Comparison):
        run = run_of(what, data, name)
        if plane is not None:
            if run.data.n_features < 2:
                raise refusal("plane", "left out where there is only one feature", plane)
            check_plane(plane, run.data.n_features)
        return run, None
    if plane is not None:
        remedy = "us.compare(a, b, data, plane=...) looks at another."
        raise refusal("plane", "left out with a Comparison, which has its own", plane, remedy)
    if data is not None:
        rule = "left out with a Comparison, which has its own"
        raise refusal("data", rule, said("some"), "us.compare(a, b, data) is of other data.")
    for label, net in zip(what.names, what.nets, strict=True):
        if isinstance(net, SampledClassifier):
            remedy = "us.plot.comparison(compared) draws it."
            got = said(f"{label}, which has no layers to show,")
            raise refusal(name, "a comparison of two networks", got, remedy)
    a, b = what.a, what.b
    assert isinstance(a, Network) and isinstance(b, Network)
    beside = Beside(a, what.names, what.plane, what.note)
    return what.run or untrained(b, what.data), beside
