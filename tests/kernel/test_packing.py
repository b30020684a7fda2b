"""The kernel's arrays have room for every network, and its functions few arguments."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

from unitscope.kernel import layout, packing
from unitscope.networks import Dense, Network
from unitscope.recipe import Recipe


def test_the_memory_has_room_for_every_shape():
    rng = np.random.default_rng(0)
    for _ in range(200):
        sizes = rng.integers(1, rng.choice([9, 70]), rng.integers(2, 6))
        net = Network.initialize([int(s) for s in sizes])
        recipe = Recipe(batch_size=int(rng.integers(1, 300)))
        shape = packing.shape_of(net)
        numbers = packing.numbers(shape, recipe, int(rng.integers(1, 400)))
        stride = numbers[layout.STRIDE]
        table = packing.layer_table(shape, stride)
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


def test_the_numbers_and_the_table_are_the_callers_own():
    folded = Network([Dense(np.ones((2, 2)), np.zeros(2), "leaky_relu", -0.5)])
    nets = [Network.initialize((2, 3, 4)), Network.initialize((2, 3, 4), "tanh"), folded]
    nets += [Network([Dense(np.ones((2, 2)), np.zeros(2), "leaky_relu", 0.5)])]
    shapes = [packing.shape_of(net) for net in nets]
    made = [(packing.numbers(one, Recipe(), 50), packing.layer_table(one, 32)) for one in shapes]
    kept = [tuple(array.copy() for array in one) for one in made]
    codes = [table[0, layout.ACTIVATION] for _, table in made]
    assert codes == [layout.RELU, layout.TANH, layout.FOLDED, layout.LEAKY_RELU]
    for one in made:
        for array in one:
            array[:] = -1
    for shape, (numbers, table) in zip(shapes, kept, strict=True):
        np.testing.assert_array_equal(packing.numbers(shape, Recipe(), 50), numbers)
        np.testing.assert_array_equal(packing.layer_table(shape, 32), table)


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
