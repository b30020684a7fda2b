"""A whole training as one compiled JAX program: a scan over epochs, each a scan over its batches.

This is the quickest that a framework can be once it has compiled for one shape, which is not timed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from problems import Problem, random_order

import unitscope as us
from unitscope.kernel.advance import advance
from unitscope.kernel.state import State


def whole_run(problem: Problem) -> Callable[[], Any]:
    """The training with Adam from given weights in a given order; its losses must be ours."""
    data, recipe = problem.data, problem.recipe
    net, order = us.Network.initialize(problem.sizes), random_order(problem)
    start = [
        (jnp.asarray(layer.weights, jnp.float32), jnp.asarray(layer.bias, jnp.float32))
        for layer in net.layers
    ]
    arguments = (start, jnp.asarray(order), jnp.asarray(data.X, jnp.float32), jnp.asarray(data.y))
    run = jax.jit(lambda *given: _train(*given, recipe.batch_size, recipe.learning_rate))

    losses = np.asarray(run(*arguments))
    ours = advance(State.fresh(net.to_vector()), net, data.X, data.y, order, recipe).loss
    if np.abs(losses[0] - ours[0]) > 1e-3:
        what = f"its first epoch's loss is {losses[0]}, ours {ours[0]}"
        raise RuntimeError(f"the JAX scan is wrong: {what}")
    return lambda: jax.block_until_ready(run(*arguments))


def _train(start: Any, order: Any, X: Any, y: Any, batch: int, rate: float) -> Any:
    """The loss of every epoch."""
    n, tree = len(X), jax.tree_util.tree_map
    whole = n // batch

    def loss(layers: Any, points: Any, labels: Any) -> Any:
        *hidden, (weights, bias) = layers
        for one, own in hidden:
            points = jnp.maximum(points @ one + own, 0)
        logits = points @ weights + bias
        own = jnp.take_along_axis(logits, labels[:, None], axis=1)[:, 0]
        return jnp.mean(jax.nn.logsumexp(logits, axis=1) - own)

    def step(standing: Any, places: Any) -> Any:
        layers, mean, square, count = standing
        value, gradient = jax.value_and_grad(loss)(layers, X[places], y[places])
        count = count + 1
        mean = tree(lambda m, g: m + (g - m) * 0.1, mean, gradient)
        square = tree(lambda v, g: v + (g * g - v) * 0.001, square, gradient)
        scale = rate * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
        layers = tree(lambda p, m, v: p - scale * m / (jnp.sqrt(v) + 1e-7), layers, mean, square)
        return (layers, mean, square, count), value * len(places)

    def epoch(standing: Any, places: Any) -> Any:
        standing, lost = jax.lax.scan(step, standing, places[: whole * batch].reshape(whole, batch))
        lost = lost.sum()
        if whole * batch < n:
            standing, rest = step(standing, places[whole * batch :])
            lost = lost + rest
        return standing, lost / n

    nothing = tree(jnp.zeros_like, start)
    return jax.lax.scan(epoch, (start, nothing, nothing, jnp.float32(0)), order)[1]
