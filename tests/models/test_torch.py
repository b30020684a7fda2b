"""from_torch: random models of every kind that is read, beside PyTorch's own outputs."""

from __future__ import annotations

import copy
import warnings
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from same_answers import RELATIVE, assert_close

import unitscope as us
from thorough import few
from unitscope.errors import InvalidInput, UnsupportedModel

torch = pytest.importorskip("torch")

pytestmark = pytest.mark.torch
nn, F = torch.nn, torch.nn.functional
SEEDS = range(few(32, 300))


def random_model(rng: np.random.Generator) -> Any:
    sizes = rng.integers(1, 7, size=rng.integers(2, 5)).tolist()
    alpha = float(rng.uniform(-0.5, 1.5))
    functions = [
        nn.ReLU,
        nn.Tanh,
        nn.Sigmoid,
        nn.SiLU,
        nn.Softplus,
        nn.GELU,
        nn.ELU,
        nn.SELU,
        lambda: nn.ELU(alpha),
        nn.ReLU6,
        nn.Hardsigmoid,
        nn.Identity,
        lambda: nn.LeakyReLU(alpha),
        lambda: nn.Hardtanh(-0.5, 2.0),
        lambda: nn.PReLU(width),
        lambda: nn.Dropout(0.5),
    ]
    parts = [nn.Flatten()] if rng.integers(2) else []
    for inputs, width in pairwise(sizes):
        if rng.integers(4) == 0:
            parts.append(nn.BatchNorm1d(inputs, affine=bool(rng.integers(2))))
        parts.append(nn.Linear(inputs, width, bias=bool(rng.integers(4))))
        before = [nn.BatchNorm1d(width)] if rng.integers(3) == 0 else []
        functions_here = [functions[rng.integers(len(functions))]() for _ in range(rng.integers(3))]
        parts += [nn.Sequential(*before, *functions_here)]
    last = [[], [nn.Softmax(1)], [nn.LogSoftmax(-1)], [nn.Sigmoid()]]
    parts += last[rng.integers(4)] if width > 1 else last[3 * rng.integers(2)]
    model = nn.Sequential(*parts).double()
    with torch.no_grad():
        for tensor in [*model.parameters(), *model.buffers()]:
            if tensor.dtype == torch.float64:
                size = tuple(tensor.shape)
                tensor.copy_(torch.from_numpy(rng.normal(0.5, 1.0, size)).abs() + 0.1)
        for name, tensor in model.named_parameters():
            if name.endswith("weight"):
                tensor.mul_(torch.from_numpy(rng.choice([-1.0, 1.0], tuple(tensor.shape))))
    return model


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_model_and_its_network_agree(seed: int) -> None:
    rng = np.random.default_rng(seed)
    model = random_model(rng)
    net = us.network(model)
    points = rng.normal(0.0, 2.0, (40, net.n_features))
    with torch.no_grad():
        theirs = model.eval()(torch.from_numpy(points)).numpy()
    logits, scores = net.logits(points), net.understood.split(";")[0]
    last = list(model.modules())[-1]
    if isinstance(last, nn.Softmax | nn.LogSoftmax):
        theirs = np.exp(theirs) if isinstance(last, nn.LogSoftmax) else theirs
        assert_close(net.probabilities(points), theirs)
        # Of saturated units several outputs may be equal: then any of their classes is right.
        given = theirs[np.arange(len(points)), logits.argmax(axis=1)]
        assert (given >= theirs.max(axis=1) - RELATIVE).all()
    elif theirs.shape[1] == 1:
        assert net.n_classes == 2 and (logits[:, 0] == 0.0).all()
        chance = net.probabilities(points)[:, 1]
        wanted = theirs[:, 0] if "sigmoid" in scores else 1 / (1 + np.exp(-theirs[:, 0]))
        assert_close(chance, wanted)
    else:
        ours = 1 / (1 + np.exp(-logits)) if "sigmoid" in scores else logits
        assert_close(ours, theirs)


def test_a_state_dict_is_read_with_its_sizes() -> None:
    model = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 3))
    net = us.from_torch(model.state_dict(), sizes=[2, 4, 3], activation="tanh")
    assert net == us.from_torch(model) and net.sizes == (2, 4, 3)
    assert us.network(model) == us.from_torch(model)


STATE = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 3)).state_dict()


class OwnForward(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(2, 2)

    def forward(self, x: Any) -> Any:
        return self.inner(x).abs()


class Functions(nn.Module):
    """As modules are mostly written: parts, and functions between them."""

    def __init__(self, *, dropping: bool = False) -> None:
        super().__init__()
        self.first, self.block = nn.Linear(6, 5), nn.Sequential(nn.Linear(5, 4), nn.PReLU(4))
        self.norm, self.last = nn.BatchNorm1d(4), nn.Linear(4, 3)
        self.dropping = dropping

    def forward(self, x: Any) -> Any:
        x = x.view(x.size(0), -1)
        x = F.leaky_relu(self.first(x), 0.3)
        x = F.dropout(x, 0.5, training=self.training or self.dropping)
        x = torch.relu(self.norm(self.block(x)))
        return F.log_softmax(F.elu(self.last(x), alpha=0.5), dim=1)


def around(model: Any) -> list[Any]:
    """What others put around a model."""
    return [model, nn.DataParallel(model), nn.Sequential(model)]


@pytest.mark.parametrize(
    "wrapped",
    [
        around,
        pytest.param(lambda one: [torch.compile(one, backend="eager")], marks=pytest.mark.slow),
    ],
    ids=["plain", "compiled"],
)
def test_a_forward_of_its_own_is_followed_where_it_is_a_chain(wrapped: Any) -> None:
    model = Functions().train()
    with torch.no_grad():
        for _ in range(3):
            model(torch.randn(20, 2, 3))
    before = [part.training for part in model.modules()]
    points = torch.randn(30, 2, 3)
    nets = [us.network(one) for one in wrapped(model)]
    assert [part.training for part in model.modules()] == before
    model.eval()
    with torch.no_grad():
        theirs = model(points).exp().double().numpy()
    for net in nets:
        assert_close(net.probabilities(points.reshape(30, 6).numpy()), theirs)


def followed(forward: Any) -> Any:
    """A module with one Linear, `inner`, and this forward."""
    model = type("Own", (nn.Module,), {"forward": forward})()
    model.inner = nn.Linear(2, 2)
    return model


@pytest.mark.parametrize(
    ("forward", "words"),
    [
        (lambda self, x: self.inner(x) + x, "no chain at"),
        (lambda self, x: self.inner(self.inner(x) * 2), "no chain|does"),
        (lambda self, x: x if x.sum() > 0 else self.inner(x), "cannot be followed"),
        (lambda self, x: F.dropout(self.inner(x)), "drops units at prediction, too"),
        (lambda self, x: (self.inner(x), x), "no chain"),
        (lambda self, x, z: self.inner(x), "no chain"),
        (lambda self, x: self.inner(x).view(4, -1), "does view to"),
        (lambda self, x: torch.cumsum(self.inner(x), 1), "does 'cumsum'"),
        (lambda self, x: F.linear(x, self.inner.weight), "no chain|does"),
    ],
)
def test_a_forward_that_is_no_chain_is_refused(forward: Any, words: str) -> None:
    with pytest.raises(UnsupportedModel, match=f"Got Own, whose forward.*({words})|{words}"):
        us.from_torch(followed(forward))


def test_modules_of_other_kinds_are_read_or_refused_in_words() -> None:
    plain = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 3)).eval()
    net = us.from_torch(plain)
    for kind, near in ((torch.float64, 0.0), (torch.float16, 1e-3), (torch.bfloat16, 1e-2)):
        found = us.from_torch(copy.deepcopy(plain).to(kind)).to_vector()
        assert np.abs(found - net.to_vector()).max() <= near
    assert us.network(torch.optim.swa_utils.AveragedModel(plain)) == net
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch's own, of what it will leave behind
        script = torch.jit.script(plain)
        quantized = torch.ao.quantization.quantize_dynamic(plain, {nn.Linear}, torch.qint8)
    with pytest.raises(UnsupportedModel, match=r"compiled by torch\.jit"):
        us.network(script)
    with pytest.raises(InvalidInput, match=r"tensors of numbers.*\(Cannot copy out of meta"):
        us.network(copy.deepcopy(plain).to("meta"))
    with pytest.raises(UnsupportedModel, match=r"'0' \(Linear\), of a class of its own"):
        us.network(quantized)


def hooked() -> Any:
    layer = nn.Linear(2, 2)
    layer.register_forward_hook(lambda *_: None)
    return nn.Sequential(layer)


@pytest.mark.parametrize(
    ("model", "kind", "words"),
    [
        (lambda: OwnForward(), UnsupportedModel, r"OwnForward.*state_dict\(\), sizes"),
        (lambda: nn.Sequential(nn.Linear(2, 2), OwnForward()), UnsupportedModel, "'1' .OwnForward"),
        (lambda: nn.Sequential(nn.Linear(2, 2), nn.LayerNorm(2)), UnsupportedModel, "LayerNorm"),
        (lambda: nn.Sequential(nn.Linear(2, 2), nn.Mish()), UnsupportedModel, r"'1' \(Mish\)"),
        (lambda: nn.Sequential(nn.Linear(2, 2), nn.Softplus(2.0)), UnsupportedModel, "beta=2.0"),
        (lambda: nn.Sequential(nn.Linear(2, 2), nn.GELU("tanh")), UnsupportedModel, "approximate"),
        (lambda: nn.Sequential(nn.Conv2d(1, 1, 3)), UnsupportedModel, r"'0' \(Conv2d\)"),
        (
            lambda: nn.Sequential(nn.utils.parametrizations.weight_norm(nn.Linear(2, 2))),
            UnsupportedModel,
            "Parametrized",
        ),
        (
            lambda: nn.Sequential(nn.BatchNorm1d(2, track_running_stats=False), nn.Linear(2, 2)),
            UnsupportedModel,
            "without running statistics",
        ),
        (
            lambda: nn.Sequential(nn.Softmax(1), nn.Linear(2, 2)),
            UnsupportedModel,
            r"'1' \(Linear\), after a softmax",
        ),
        (hooked, UnsupportedModel, "with hooks"),
        (lambda: nn.Sequential(), UnsupportedModel, "without a Linear"),
        (lambda: STATE, InvalidInput, r"sizes must be given with a state_dict.*\[2, 8, 3\]"),
        (lambda: 3, InvalidInput, "a module of PyTorch or a state_dict. Got an int"),
    ],
)
def test_what_is_no_chain_of_linear_layers_is_refused(model: Any, kind: Any, words: str) -> None:
    with pytest.raises(kind, match=words):
        us.from_torch(model())


@pytest.mark.parametrize(
    ("state", "sizes", "words"),
    [
        (STATE, [2, 5, 3], r"weights 5 x 2, 3 x 5, as sizes=\[2, 5, 3\].*Got 4 x 2, 3 x 4"),
        (STATE, [2], "at least two whole numbers"),
        ({"a.weight": torch.zeros(2, 1, 3)}, [2, 3], "two dimensions"),
        ({**STATE, "norm.running_mean": torch.zeros(2)}, [2, 4, 3], "norm.running_mean"),
        ({"a.weight": "text"}, [2, 3], "tensors of numbers"),
        ({"a.weight": torch.full((2, 2), torch.nan)}, [2, 2], "finite numbers.*Got nan"),
    ],
)
def test_a_state_dict_that_does_not_fit_is_refused(state: Any, sizes: Any, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        us.from_torch(state, sizes=sizes)


@pytest.mark.parametrize("thing", [3, "model", nn.Linear, STATE, None])
def test_the_door_refuses_what_is_no_model(thing: Any) -> None:
    with pytest.raises(InvalidInput, match="a fitted model of Keras, scikit-learn or PyTorch"):
        us.network(thing)
