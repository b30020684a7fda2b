"""us.split of PyTorch: features and dense block together answer as the whole module does."""

from __future__ import annotations

import numpy as np
import pytest
from same_answers import assert_close

import unitscope as us
from unitscope.errors import InvalidInput, UnsupportedModel

torch = pytest.importorskip("torch")

pytestmark = pytest.mark.torch
nn = torch.nn
RNG = np.random.default_rng(0)
N = 300  # more than go through at once


class Residual(nn.Module):
    """A module with a forward of its own, whose last step is a part."""

    def __init__(self, after=lambda found: found):
        super().__init__()
        self.begin = nn.Conv2d(1, 3, 3, padding=1)
        self.normal = nn.BatchNorm2d(3)
        self.fc = nn.Sequential(nn.Dropout(0.5), nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 4))
        self.after = after

    def forward(self, x):
        found = torch.relu(self.normal(self.begin(x))) + x
        return self.after(self.fc(found.mean(dim=(2, 3))))


def convolution():
    model = nn.Sequential(
        nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2)),
        nn.Flatten(),
        nn.Dropout(0.5),
        nn.Linear(36, 6),
        nn.ReLU(),
        nn.Linear(6, 3),
    )
    return model, RNG.normal(size=(N, 1, 8, 8)), None, (36, 6, 3), "1 0"


def words():
    model = nn.Sequential(
        nn.Embedding(10, 4), nn.Linear(4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(21, 2)
    )
    return model, RNG.integers(0, 10, (N, 7)), None, (21, 2), "3 0"


def residual():
    return Residual(), RNG.normal(size=(N, 1, 5, 5)), None, (3, 5, 4), "fc input 0"


def residual_at_a_part():
    return Residual(), RNG.normal(size=(N, 1, 5, 5)), "fc", (3, 5, 4), "fc input 0"


def plain():
    model = nn.Sequential(nn.Linear(4, 5), nn.GELU(), nn.Linear(5, 2))
    return model.double(), RNG.normal(size=(N, 4)), None, (4, 5, 2), "x0"


@pytest.mark.parametrize("made", [convolution, words, residual, residual_at_a_part, plain])
def test_a_module_in_two_answers_as_it_does_whole(made):
    model, X, at, sizes, name = made()
    for _ in range(3):  # so that batch normalizations have seen something
        model(torch.as_tensor(X).to(next(model.parameters()).dtype) if X.dtype == float
              else torch.as_tensor(X))  # fmt: skip
    training = [module.training for module in model.modules()]
    features, net = us.split(model, at=at)
    points = features(X)
    assert (net.sizes, net.feature_names[0]) == (sizes, name)
    assert points.shape == (N, sizes[0])
    assert training == [module.training for module in model.modules()]
    model.eval()
    given = torch.as_tensor(X)
    if given.is_floating_point():
        given = given.to(next(model.parameters()).dtype)
    assert_close(net.logits(points), model(given).detach().numpy())
    assert np.array_equal(features(given), points)
    data = net.dataset(X, np.arange(N) % sizes[-1])
    assert np.array_equal(data.X, points)
    assert len(us.explain(net, data).claims) > 3


def test_a_module_that_does_more_after_its_last_part_is_refused():
    features, _ = us.split(Residual(after=lambda found: found * 2.0))
    with pytest.raises(UnsupportedModel, match="Got one that does more after it instead"):
        features(RNG.normal(size=(3, 1, 5, 5)))


def test_features_that_are_no_points_are_refused():
    features, _ = us.split(nn.Sequential(nn.Embedding(10, 4), nn.Linear(4, 3)))
    with pytest.raises(UnsupportedModel, match=r"Got shape \(3, 7, 4\) instead"):
        features(RNG.integers(0, 10, (3, 7)))


@pytest.mark.parametrize(
    ("model", "at", "message"),
    [
        (nn.Sequential(nn.Conv2d(1, 2, 3)), None, "model must be a module that ends in a Linear"),
        (nn.Conv2d(1, 2, 3), None, "model must be a module that ends in a Linear and what may"),
        (nn.Sequential(nn.Linear(2, 3), nn.RMSNorm(3)), None, "model must be an nn.Sequential of"),
        (Residual(), "fd", "at must be the name of one of the model's parts, such as begin, norm"),
    ],
)
def test_what_has_no_block_is_refused(model, at, message):
    with pytest.raises((InvalidInput, UnsupportedModel)) as refused:
        us.split(model, at=at)
    assert str(refused.value).startswith(message)
