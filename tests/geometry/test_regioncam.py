"""Regions, cells, areas and boundaries, as regioncam (Rust, twanvl/regioncam) finds them.

It shares nothing with our code. It computes in float32, so both get weights that are float32
numbers, and areas and lengths are compared to float32's accuracy. The networks are generic: no two
of their lines coincide. Counts must be equal for every one of them; no seed was left out.
"""

from __future__ import annotations

from typing import Any

import networks
import numpy as np
import pytest

import unitscope as us

try:
    import regioncam
except ModuleNotFoundError:  # then no test here runs: see NEEDS in tests/conftest.py
    regioncam = None

pytestmark = pytest.mark.regioncam

HALF = 3.0
WINDOW = ((-HALF, HALF), (-HALF, HALF))
# Where two lines cross at a small angle, their crossing moves much further in float32 than they do.
# In 580 networks of these sizes that are not tested here, every count was equal, no area was off by
# more than 1.5e-5, and no length by more than 6e-5 but for one: the tip of a wedge of class 1 in
# class 3, where our boundary's logits tie to 6e-15 and regioncam's to 3e-6, was off by 1e-3. The
# window's area is 36.
AREA, LENGTH = 1e-4, 5e-4

SIZES = [
    (2, 4),
    (2, 2, 4),
    (2, 4, 4),
    (2, 8, 3),
    (2, 3, 3, 3, 2),
    (2, 16, 16, 4),
    (2, 10, 10, 10, 10, 10, 3),
    (2, 16, 16, 16, 4),
    (2, 32, 32, 32, 5),
    (2, 64, 64, 5),
    (2, 64, 64, 64, 10),
]
NETS = {
    f"{'-'.join(map(str, sizes))} {activation} {seed}": (sizes, seed, activation)
    for sizes in SIZES
    for seed in range(3)
    for activation in ("relu", "leaky_relu")
}


def in_float32(net: us.Network) -> us.Network:
    """The network with every weight rounded to a float32 number."""
    return net.with_vector(net.to_vector().astype(np.float32))


def seen_by_regioncam(net: us.Network) -> Any:
    """The regions of all hidden layers, and the maps of the logits."""
    camera = regioncam.Regioncam(size=HALF)
    for layer in net.layers:
        camera.linear(layer.weights.astype(np.float32), layer.bias.astype(np.float32))
        if layer.activation == "relu":
            camera.relu()
        elif layer.activation == "leaky_relu":
            camera.leaky_relu(layer.negative_slope)
    return camera


def areas(camera: Any) -> np.ndarray:
    return np.array([face.area for face in camera.faces])


@pytest.mark.parametrize("name", NETS)
def test_regions_cells_and_boundary_are_regioncams(name):
    sizes, seed, activation = NETS[name]
    net = in_float32(networks.he(sizes, seed, activation))
    part, camera = us.partition(net, WINDOW), seen_by_regioncam(net)
    assert len(part.regions) == camera.num_faces
    np.testing.assert_allclose(
        np.sort(part.regions.area), np.sort(areas(camera)), rtol=0, atol=AREA
    )

    camera.decision_boundary()  # splits the regions by the largest logit
    assert len(part.cells) == camera.num_faces
    np.testing.assert_allclose(np.sort(part.cells.area), np.sort(areas(camera)), rtol=0, atol=AREA)
    # The constant of the map to the class's number.
    label = camera.face_outputs[:, 2, 0].astype(int)
    assert (
        np.bincount(part.cells.label, minlength=net.n_classes).tolist()
        == np.bincount(label, minlength=net.n_classes).tolist()
    )
    np.testing.assert_allclose(
        part.area, np.bincount(label, areas(camera), net.n_classes), rtol=0, atol=AREA
    )
    length = sum(edge.length for edge in camera.edges if edge.is_decision_boundary)
    assert part.boundary.length == pytest.approx(length, rel=0, abs=LENGTH)
