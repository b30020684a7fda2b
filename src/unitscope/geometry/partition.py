"""partition: what a network does to a window of the input plane, exactly where it can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import refusal, said, whole_number
from unitscope.geometry.arrangement import is_piecewise_linear
from unitscope.geometry.intervals import MOST_REGIONS, Intervals, on_line
from unitscope.geometry.rectangle import Partition, exact, sampled
from unitscope.geometry.sampling import asked
from unitscope.geometry.window import GIVE_A_PLANE, padded, window_of
from unitscope.models.sampled import SampledClassifier
from unitscope.subject import Subject, model_and_points

if TYPE_CHECKING:
    from unitscope.geometry.plane import Plane

_MOST_CELLS = 2048  # along each side of the mesh


@overload
def partition(net: Subject, where: tuple[float, float]) -> Intervals: ...


@overload
def partition(
    net: Subject,
    where: Any = None,
    *,
    plane: Plane | None = None,
    max_regions: int = MOST_REGIONS,
    grid: int = 128,
) -> Partition: ...


def partition(
    net: Subject,
    where: Any = None,
    *,
    plane: Plane | None = None,
    max_regions: int = MOST_REGIONS,
    grid: int = 128,
) -> Partition | Intervals:
    """Cut a window of the input plane into activation regions and decision regions.

    For linear, relu, leaky_relu and abs layers the result is exact up to `error_bound`: polygons in
    float64, no sampling. For smooth activations the logits are taken as affine on the triangles of
    a mesh, and the boundary's vertices are then moved onto the true boundary. A model without
    layers, such as a tree or a forest, is asked for its class on the mesh, and between two of its
    vertices by halving: never exact, and a slow model is asked at fewer places.

    Of a network with one input the line is cut, into the Intervals that `us.intervals` gives.

    **Arguments**

    - `net`: a Network with two inputs or one, or any with a `plane`; a Run or a fitted Classifier
      stands for its network, and so does a fitted model (see `us.network`).
    - `where`: the window ((x0_min, x0_max), (x1_min, x1_max)) in data units, or a `Dataset`, whose
      points' range is taken with some room around it; without it, the data of the Run. With a
      plane: in the plane's coordinates. Of one input: (low, high).
    - `plane`: the plane through input space to look at; `part.net` is the network on it.
    - `max_regions`: more activation regions are refused.
    - `grid`: cells of the mesh along each side of the window, 2 to 2048, for smooth activations and
      for models without layers.

    **Raises** `InvalidInput` for a network of more inputs without a plane, for a window that is
    not a rectangle, and for numbers beyond float64; `TooManyRegions`, a kind of it.
    **Warns** (`RuntimeWarning`, and in `part.caution`) where rounding leaves the class of a part of
    the window uncertain.
    """
    net, where = model_and_points(net, where)
    if plane is not None:
        net, where = net.on_plane(plane), _seen_on(plane, where)
    elif net.n_features > 2:
        got = said(f"{net.n_features} inputs")
        raise refusal("net", "a network with 2 inputs", got, GIVE_A_PLANE)
    most = whole_number("max_regions", max_regions, at_least=1)
    cells = whole_number("grid", grid, at_least=2, at_most=_MOST_CELLS)
    if net.n_features == 1:
        return on_line(net, where, most)
    window = window_of(where)
    # Numbers beyond float64 are looked for, and refused.
    with np.errstate(over="ignore", invalid="ignore"):
        if isinstance(net, SampledClassifier):
            return asked(net, window, cells)
        if is_piecewise_linear(net):
            return exact(net, window, most)
        return sampled(net, window, cells)


def _seen_on(plane: Plane, where: Any) -> Any:
    """Data as the window around its points on the plane."""
    return padded(plane.project(where.X)) if isinstance(where, Dataset) else where
