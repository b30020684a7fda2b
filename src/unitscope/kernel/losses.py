"""Softmax cross-entropy of the points in the network: the loss, its derivatives, points right."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from unitscope.compiled.jit import inlined
from unitscope.kernel import layout
from unitscope.kernel.lanes import (
    exp_nonpositive,
    load,
    log,
    reduce_add,
    select_equal,
    select_greater,
    splat,
    store,
)
from unitscope.kernel.layout import WIDTH

# Up to this many classes, the product of so many vectors of softmax sums, those of a whole chunk,
# is far from float32's largest number.
_MULTIPLIED_CLASSES, _PENDING_VECTORS = 4096, 8


@inlined
def softmax_powers(A, D, at, stride, label, classes):
    """The softmax of logits from `at` on, unscaled, into D; their sum, and the label's logit."""
    zero, one = splat(0), splat(1)
    largest = load(A, at)
    for k in range(1, classes):
        logit = load(A, at + k * stride)
        largest = select_greater(logit, largest, logit, largest)
    exp_sum, label_logit, index = zero, zero, zero
    for k in range(classes):
        logit = load(A, at + k * stride) - largest
        power = exp_nonpositive(logit)
        store(D, at + k * stride, power)
        exp_sum = exp_sum + power
        label_logit = select_equal(label, index, logit, label_logit)
        index = index + one
    return exp_sum, label_logit


class Tally(NamedTuple):
    """What has been counted in an epoch so far.

    The logarithms of the softmax sums, added up, are the one of their product: that of `pending`
    vectors waits in `product`, and what else these add in `losses`, both in lanes. `loss` has what
    was counted before.
    """

    loss: Any
    losses: Any
    product: Any
    pending: Any
    correct: Any


@inlined
def fresh_tally():
    """Nothing counted yet."""
    return Tally(0.0, splat(0), splat(1), 0, 0.0)


@inlined
def total_loss(tally):
    """The sum of the losses counted."""
    return tally.loss + reduce_add(tally.losses + log(tally.product))


@inlined
def softmax_cross_entropy(chunk, output, settings, weighted, tally):
    """The tally with the chunk's losses; D gets the derivatives by the logits, `output`'s outputs.

    A point's loss outside the bounds in `settings` is put to the bound, and such a point has no
    derivatives: it teaches nothing. Where points are `weighted`, the row behind the classes has by
    what each loss is multiplied; the derivatives have it from the chunk's weights.
    """
    A, D, stride, classes = chunk.A, chunk.D, chunk.stride, output.units
    zero, one = splat(0), splat(1)
    low, high = splat(settings[layout.LOSS_MIN]), splat(settings[layout.LOSS_MAX])
    high_0 = splat(settings[layout.LOSS_MAX_0])
    singly = settings[layout.LOSS_MAX] < np.inf or classes > _MULTIPLIED_CLASSES or weighted
    loss, losses, product, pending, correct = tally
    if pending + chunk.vectors > _PENDING_VECTORS:
        loss, losses, product, pending = total_loss(tally), zero, one, 0
    for v in range(chunk.vectors):
        at = output.target + v * WIDTH
        label, weight = load(chunk.labels, v * WIDTH), load(chunk.weights, v * WIDTH)
        exp_sum, label_logit = softmax_powers(A, D, at, stride, label, classes)
        if singly:
            point_loss = log(exp_sum) - label_logit
            most = select_equal(label, zero, high_0, high)
            clipped = select_greater(low, point_loss, low, point_loss)
            clipped = select_greater(point_loss, most, most, clipped)
            if weighted:
                clipped = clipped * load(chunk.labels, stride + v * WIDTH)
            losses = losses + select_greater(weight, zero, clipped, zero)
            taught = select_greater(low, point_loss, zero, weight)
            taught = select_greater(point_loss, most, zero, taught)
        else:
            product = product * select_greater(weight, zero, exp_sum, one)
            losses = losses - select_greater(weight, zero, label_logit, zero)
            taught = weight
        scale, index = taught / exp_sum, zero
        for k in range(classes):
            target = select_equal(label, index, taught, zero)
            store(D, at + k * stride, load(D, at + k * stride) * scale - target)
            index = index + one
    return Tally(loss, losses, product, pending + chunk.vectors, correct)


@inlined
def keep_first(chunk, output):
    """No derivatives by the first logit: its weights stay as they are."""
    for v in range(chunk.vectors):
        store(chunk.D, output.target + v * WIDTH, splat(0))


@inlined
def count_correct(chunk, output, edge, tally):
    """The tally with the chunk's points whose class has the largest logit; the first of equals.

    The first logit counts as `edge` larger than it is.
    """
    zero, one = splat(0), splat(1)
    hits = zero
    for v in range(chunk.vectors):
        at = output.target + v * WIDTH
        largest, winner = load(chunk.A, at) + splat(edge), zero
        for k in range(1, output.units):
            logit = load(chunk.A, at + k * chunk.stride)
            winner = select_greater(logit, largest, splat(k), winner)
            largest = select_greater(logit, largest, logit, largest)
        hit = select_equal(load(chunk.labels, v * WIDTH), winner, one, zero)
        hits = hits + select_greater(load(chunk.weights, v * WIDTH), zero, hit, zero)
    correct = tally.correct + reduce_add(hits)
    return Tally(tally.loss, tally.losses, tally.product, tally.pending, correct)
