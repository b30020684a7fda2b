"""The kernel's arrays have room for every network, and its functions few arguments."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

from unitscope.kernel import layout, packing
from unitscope.network import Network
from unitscope.recipe import Recipe


def test_the_memory_has_room_for_every_shape():
    rng = np.random.default_rng(0)
    for _ in range(200):
        sizes = rng.integers(1, rng.choice([9, 70]), rng.integers(2, 6))
        net = Network.initialize([int(s) for s in sizes])
        recipe = Recipe(batch_size=int(rng.integers(1, 300)))
        numbers = packing.numbers(net, recipe, int(rng.integers(1, 400)))
        stride = numbers[layout.STRIDE]
        table = packing.layer_table(net, stride)
        assert table[-1, layout.TARGET] + net.n_classes * stride <= numbers[layout.OUTPUTS] * stride
        assert (table[1:, layout.SOURCE] == table[:-1, layout.TARGET]).all()
        assert net.n_features < numbers[layout.PITCH]  # a point's class comes after its features
        assert table[0, layout.SOURCE] + numbers[layout.PITCH] * stride <= table[0, layout.TARGET]
        if numbers[layout.IS_NARROW]:
            assert numbers[layout.PADDED] * layout.HALF <= numbers[layout.SCRATCH]
            continue
        for layer in net.layers:
            block = packing.padded(layer.units)
            assert stride * block + layer.inputs * block <= numbers[layout.SCRATCH]
            assert layer.inputs * stride <= numbers[layout.SCRATCH]


@pytest.mark.parametrize("room", ["kernel", "geometry"])
def test_compiled_functions_take_at_most_7_arguments_but_the_entries(room):
    many = []
    for path in (Path(layout.__file__).parents[1] / room).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef) or node.name == "__init__":
                continue
            if any("cfunc" in ast.unparse(decorator) for decorator in node.decorator_list):
                continue
            given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            if len(given) > 7:
                many.append(f"{path.name}: {node.name} has {len(given)}")
    assert many == []
