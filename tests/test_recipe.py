"""Recipe: the lab's defaults, what is accepted, and every refusal word for word."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, replace

import numpy as np
import pytest

from unitscope.errors import InvalidInput
from unitscope.recipe import Recipe

SETTINGS = [field.name for field in fields(Recipe)]


def test_the_defaults_are_the_course_labs_and_keras():
    # The lab: Dense(2, relu), Adam(0.01), 200 epochs in Keras's batches of 32; the rest are Keras's
    # own defaults.
    assert Recipe() == Recipe(
        hidden=(2,),
        activation="relu",
        optimizer="adam",
        learning_rate=0.01,
        batch_size=32,
        epochs=200,
        l1=0.0,
        l2=0.0,
        seed=0,
        momentum=0.0,
        nesterov=False,
        beta_1=0.9,
        beta_2=0.999,
        rho=0.9,
        epsilon=1e-7,
        weight_decay=0.004,
        one_logit=False,
        float32_rate=False,
        standardize="auto",
        class_weight=None,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("batch_size", 32.0),
        ("epochs", 200.0),
        ("seed", False),
        ("l1", False),
        ("nesterov", 0),
        ("one_logit", 0),
    ],
)
def test_what_only_equals_a_default_is_refused(name, value):
    assert getattr(Recipe, name) == value
    with pytest.raises(InvalidInput, match=f"{name} must be"):
        Recipe(**{name: value})


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        (3, (3,)),
        ([8, 8], (8, 8)),
        ((), ()),
        ([], ()),
        (np.array([4, 2]), (4, 2)),
        (np.int64(5), (5,)),
        ((width for width in (1, 2)), (1, 2)),
    ],
)
def test_hidden_is_stored_as_a_tuple_of_ints(given, stored):
    recipe = Recipe(hidden=given)
    assert recipe.hidden == stored
    assert all(type(width) is int for width in recipe.hidden)


def test_numbers_of_other_libraries_are_stored_as_pythons():
    recipe = Recipe(
        epochs=np.int32(5),
        batch_size=np.uint8(4),
        learning_rate=np.float32(0.5),
        l2=np.float64(0.25),
        momentum=0,
        seed=np.int64(7),
    )
    assert recipe == Recipe(
        epochs=5, batch_size=4, learning_rate=0.5, l2=0.25, momentum=0.0, seed=7
    )
    for field in fields(Recipe):
        assert type(getattr(recipe, field.name)) in (int, float, str, bool, tuple, type(None))


def test_one_activation_for_all_layers_or_one_for_each():
    assert Recipe(hidden=(3, 3), activation="tanh").activation == "tanh"
    assert Recipe(hidden=(3, 3), activation=["tanh", "relu"]).activation == ("tanh", "relu")
    assert Recipe(hidden=(), activation=()).activation == ()


@pytest.mark.parametrize("name", ["l1", "l2"])
def test_one_penalty_for_all_layers_or_one_for_each(name):
    def stored(given):
        return getattr(Recipe(hidden=(3, 3), **{name: given}), name)

    assert stored([0.0, 0.5, np.float32(0.25)]) == (0.0, 0.5, 0.25)
    assert stored((0.5, 0.5, 0.5)) == 0.5
    by_layer = Recipe(hidden=(3, 3), **{name: (0.0, 0.5, 0.25)})
    assert by_layer.penalised and hash(by_layer) != hash(Recipe(hidden=(3, 3)))
    assert not Recipe(hidden=(3,), **{name: (0, 0)}).penalised
    of_l1, of_l2 = Recipe(hidden=(3, 3), l2=0.5).penalties(3)
    assert (of_l1, of_l2) == ((0.0, 0.0, 0.0), (0.5, 0.5, 0.5))
    for wrong, got in (((0.5,), "1 in all"), ((0.1, -1.0, 0.0), r"-1\.0")):
        with pytest.raises(InvalidInput, match=f"{name}.* must be .*Got {got} instead"):
            stored(wrong)


def test_a_recipe_is_frozen_and_can_be_a_key():
    recipe = Recipe(hidden=[4], activation=["elu"])
    with pytest.raises(FrozenInstanceError):
        recipe.epochs = 1
    assert {recipe: 1}[replace(recipe)] == 1


def test_of_takes_a_recipe_or_settings():
    recipe = Recipe(epochs=3)
    assert Recipe.of(recipe, {}) is recipe
    assert Recipe.of(None, {}) == Recipe()
    assert Recipe.of(None, {"epochs": 3}) == recipe


def below_one(name: str, value: object) -> tuple[dict[str, object], str]:
    return {name: value}, f"{name} must be at least 0 and below 1. Got {value!r} instead."


def positive(name: str, value: object) -> tuple[dict[str, object], str]:
    return {name: value}, f"{name} must be a finite number above 0. Got {value!r} instead."


def not_negative(name: str, value: object) -> tuple[dict[str, object], str]:
    return {name: value}, f"{name} must be a finite number of at least 0. Got {value!r} instead."


def whole(name: str, at_least: int, value: object) -> tuple[dict[str, object], str]:
    return {
        name: value
    }, f"{name} must be a whole number of at least {at_least}. Got {value!r} instead."


NAN, INF = float("nan"), float("inf")
ACTIVATIONS = "one of linear, relu, leaky_relu, tanh, sigmoid, elu, softplus, gelu, silu, abs"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        whole("epochs", 0, -1),
        whole("epochs", 0, 2.0),
        whole("epochs", 0, "200"),
        whole("epochs", 0, True),
        whole("epochs", 0, None),
        whole("batch_size", 1, 0),
        whole("batch_size", 1, -32),
        whole("batch_size", 1, 1.5),
        whole("seed", 0, -1),
        whole("seed", 0, 0.5),
        whole("seed", 0, None),
        positive("learning_rate", 0),
        positive("learning_rate", -0.01),
        positive("learning_rate", NAN),
        positive("learning_rate", INF),
        positive("learning_rate", "0.01"),
        positive("learning_rate", True),
        positive("learning_rate", None),
        positive("epsilon", 0.0),
        not_negative("l1", -1e-9),
        not_negative("l2", NAN),
        not_negative("l2", 1j),
        not_negative("weight_decay", -INF),
        below_one("momentum", 1),
        below_one("momentum", -0.1),
        below_one("beta_1", 1.0),
        below_one("beta_2", 1.5),
        below_one("rho", NAN),
        below_one("rho", "0.9"),
        (
            {"learning_rate": 10**400},
            f"learning_rate must be a finite number above 0. Got {str(10**400)[:79]}… instead.",
        ),
        ({"hidden": 0}, "hidden[0] must be a whole number of at least 1. Got 0 instead."),
        ({"hidden": (4, -2)}, "hidden[1] must be a whole number of at least 1. Got -2 instead."),
        ({"hidden": (4, 2.5)}, "hidden[1] must be a whole number of at least 1. Got 2.5 instead."),
        ({"hidden": None}, "hidden[0] must be a whole number of at least 1. Got None instead."),
        (
            {"hidden": "8,8"},
            "hidden must be whole numbers, the units of each hidden layer. Got '8,8' instead.",
        ),
        ({"activation": "swish"}, f"activation must be {ACTIVATIONS}. Got 'swish' instead."),
        ({"activation": "ReLU"}, f"activation must be {ACTIVATIONS}. Got 'ReLU' instead."),
        ({"activation": None}, f"activation must be {ACTIVATIONS}. Got None instead."),
        ({"activation": ("swish",)}, f"activation must be {ACTIVATIONS}. Got 'swish' instead."),
        (
            {"hidden": (), "activation": "swish"},
            f"activation must be {ACTIVATIONS}. Got 'swish' instead.",
        ),
        (
            {"hidden": (3, 3), "activation": ["relu"]},
            "activation must be one name, or one for each hidden layer, 2 in all. "
            "Got 1 in all instead.",
        ),
        (
            {"optimizer": "Adam"},
            "optimizer must be one of sgd, rmsprop, adam, adamw. Got 'Adam' instead.",
        ),
        (
            {"optimizer": None},
            "optimizer must be one of sgd, rmsprop, adam, adamw. Got None instead.",
        ),
        ({"nesterov": 1}, "nesterov must be True or False. Got 1 instead."),
        ({"epoch": 5}, f"setting must be one of {', '.join(SETTINGS)}. Got 'epoch' instead."),
    ],
)
def test_bad_settings_are_refused(settings, message):
    with pytest.raises(InvalidInput) as refusal:
        Recipe.of(None, settings)
    assert str(refusal.value) == message


def test_a_recipe_beside_settings_is_refused():
    with pytest.raises(InvalidInput) as refusal:
        Recipe.of(Recipe(), {"epochs": 5, "seed": 1})
    assert str(refusal.value) == (
        "recipe must be given alone. Got epochs, seed beside it instead. "
        "Use dataclasses.replace(recipe, ...) to change a setting."
    )


def test_something_else_as_a_recipe_is_refused():
    with pytest.raises(InvalidInput) as refusal:
        Recipe.of("adam", {})
    assert str(refusal.value) == "recipe must be a Recipe. Got 'adam' instead."
