"""PyTorch's modules with a forward of their own, as the chain of modules that it is.

torch.fx calls the forward once, with stand-ins for numbers; functions become the modules that do
the same.
"""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from unitscope.errors import UnitscopeError, said, shown

# What a function is called, the module that does the same, and its settings in their order.
_FUNCTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "relu": ("ReLU", ()),
    "tanh": ("Tanh", ()),
    "sigmoid": ("Sigmoid", ()),
    "silu": ("SiLU", ()),
    "selu": ("SELU", ()),
    "relu6": ("ReLU6", ()),
    "hardsigmoid": ("Hardsigmoid", ()),
    "elu": ("ELU", ("alpha",)),
    "leaky_relu": ("LeakyReLU", ("negative_slope",)),
    "softplus": ("Softplus", ("beta", "threshold")),
    "gelu": ("GELU", ("approximate",)),
    "hardtanh": ("Hardtanh", ("min_val", "max_val")),
    "softmax": ("Softmax", ("dim",)),
    "log_softmax": ("LogSoftmax", ("dim",)),
    "flatten": ("Flatten", ("start_dim", "end_dim")),
}
_DEFAULTS = {"flatten": {"start_dim": 0}}  # where the module has another
_PASSED = ("inplace", "dtype", "_stacklevel")  # settings that change no number
_NOTHING = ("contiguous", "float", "double")
_INNER = {  # modules around the one that computes
    "DataParallel": "module",
    "DistributedDataParallel": "module",
    "AveragedModel": "module",
    "OptimizedModule": "_orig_mod",
}
Refuse = Callable[[str, Any, str], UnitscopeError]


def unwrapped(model: Any) -> Any:
    """The module inside of what only runs it elsewhere: DataParallel, torch.compile, averages."""
    for _ in range(len(_INNER)):
        cls = type(model)
        name = _INNER.get(cls.__name__) if cls.__module__.startswith("torch.") else None
        inner = getattr(model, name, None) if name else None
        if inner is None:
            return model
        model = inner
    return model


@contextlib.contextmanager
def predicting(model: Any) -> Iterator[None]:
    """The model as it predicts, in `eval()`; afterwards each part as it was."""
    trained = [module for module in model.modules() if module.training]
    model.eval()
    try:
        yield
    finally:
        for module in trained:
            module.training = True


def traced_parts(model: Any, refused: Refuse) -> list[tuple[str, Any]]:
    """The modules that a model's forward goes through, with their paths, in their order.

    **Raises** what `refused` makes of a path, the module there and what it does beside.
    """
    torch, fx = importlib.import_module("torch"), importlib.import_module("torch.fx")
    if type(model).__module__.startswith("torch.jit"):
        raise refused("", model, "compiled by torch.jit,")
    try:
        with predicting(model):  # dropout asks for it
            graph = fx.Tracer().trace(model)
    except Exception as error:  # whatever a forward does with what has no numbers
        why = shown(said(f"{type(error).__name__}: {error}"))
        raise refused("", model, f"whose forward cannot be followed ({why}),") from error
    modules = dict(model.named_modules())
    found: list[tuple[str, Any]] = []
    last: Any = None
    for node in graph.nodes:
        if node.op == "placeholder" and last is None:
            last = node
        elif node.op == "output":
            if node.args[0] is not last:
                raise refused("", model, "whose forward is no chain,")
        elif _is_shape(node):
            continue  # how many points there are
        else:
            path, module = _whose(node, modules)
            if not node.args or node.args[0] is not last or _shared(last):
                raise refused(path, module, f"whose forward is no chain at {shown(node.name)},")
            if node.op == "call_module":
                found.append((str(node.target), modules[node.target]))
            else:
                made = _module_of(node, torch, partial(refused, path, module))
                found += [] if made is None else [(node.name, made)]
            last = node
    return found


def _whose(node: Any, modules: dict[str, Any]) -> tuple[str, Any]:
    """The module in whose forward a node is, and its path."""
    stack = list(node.meta.get("nn_module_stack") or {})
    if node.op == "call_module":
        stack = [one for one in stack if one != node.target]
    path = stack[-1] if stack and stack[-1] in modules else ""
    return path, modules[path]


def _is_shape(node: Any) -> bool:
    """Whether a node tells a tensor's sizes."""
    if node.op == "call_method":
        return node.target == "size"
    return node.op == "call_function" and getattr(node.target, "__name__", "") in (
        "getattr",
        "getitem",
    )


def _shared(node: Any) -> bool:
    """Whether more than one step takes what a node gives."""
    return sum(not _is_shape(user) for user in node.users) != 1


def _module_of(node: Any, torch: Any, refused: Callable[[str], UnitscopeError]) -> Any:
    """The module that does what a function does; None where that is nothing at prediction."""
    name = node.target if node.op == "call_method" else getattr(node.target, "__name__", "")
    functional = torch.nn.functional
    known = [getattr(place, name, None) for place in (torch, functional, torch._C._nn)]
    if node.op not in ("call_function", "call_method") or (
        node.op == "call_function" and not any(node.target is one for one in known)
    ):
        raise refused(f"whose forward does {shown(str(node.target))},")
    rest, named = node.args[1:], dict(node.kwargs)
    if name in ("dropout", "alpha_dropout", "feature_alpha_dropout"):
        training = named.get("training", rest[1] if len(rest) > 1 else True)
        if training:
            raise refused("that drops units at prediction, too,")
        return None
    if name in _NOTHING and not rest and not named:
        return None
    if name in ("view", "reshape"):
        sizes = rest[0] if len(rest) == 1 and isinstance(rest[0], (tuple, list)) else rest
        points = len(sizes) == 2 and (sizes[0] == -1 or hasattr(sizes[0], "op"))
        if not points or not isinstance(sizes[1], int):
            raise refused(f"whose forward does {name} to {shown(str(sizes))},")
        return torch.nn.Flatten()
    if name not in _FUNCTIONS:
        raise refused(f"whose forward does {shown(name)},")
    kind, names = _FUNCTIONS[name]
    settings = {**_DEFAULTS.get(name, {}), **dict(zip(names, rest, strict=False)), **named}
    for passed in _PASSED:
        settings.pop(passed, None)
    if any(hasattr(value, "op") for value in settings.values()):
        raise refused(f"whose forward does {name} by what depends on the points,")
    return getattr(torch.nn, kind)(**settings)
