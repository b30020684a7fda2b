"""How everything lies in the flat arrays that the compiled code works on: its sizes and indices.

Compiled code and what calls it read them here, as `layout.UNITS`. What each word means is in
README.md; `packing` makes the arrays.
"""

from __future__ import annotations

WIDTH = 16  # lanes: numbers in one vector; parameter vectors are padded to whole ones
HALF = WIDTH // 2  # lanes in half a vector, whose shuffles every processor has
QUAD = 4  # numbers of a point that are fetched at once; a point's row is padded to whole ones

# One run: points that go through the network at once, at most. A wide layer's outputs still fit
# the second-level cache.
CHUNK = 128

# Many runs in lockstep: each is a lane of a vector, and TILE points of each go through together,
# whose sums fit the registers. A unit's outputs are a row of LOCKSTEP_ROW numbers.
GROUP = WIDTH
TILE = 4
LOCKSTEP_ROW = TILE * GROUP

# The columns of the layer table, int64: sizes, activation code, the index of the first weight and
# of the first bias in the parameters, of the first input and of the first output in the outputs.
INPUTS, UNITS, ACTIVATION, WEIGHTS, BIAS, SOURCE, TARGET = range(7)
COLUMNS = 7

# The activation codes. Those after LEAKY_RELU are curved: their slope does not follow from their
# output and is kept beside it.
LINEAR, RELU, LEAKY_RELU, TANH, SIGMOID, ELU, SOFTPLUS, GELU, SILU, ABS, FOLDED = range(11)

# The optimizer codes.
SGD, RMSPROP, ADAM, ADAMW = range(4)

# The entries of the settings, float64: the recipe's; the least and the most that a point may add to
# the loss, and the most of one of class 0; by how much a logit must be above the first one for its
# class to count as predicted; the betas to the power of the step, which are the kernel's own.
# After them come each layer's slope below zero, each layer's l1, and each layer's l2.
RATE, MOMENTUM, BETA_1, BETA_2, RHO, EPSILON, DECAY = range(7)
LOSS_MIN, LOSS_MAX, LOSS_MAX_0, EDGE, POWER_1, POWER_2 = range(7, 13)
SETTINGS = 13
A_LAYER = 3  # settings of each layer

# The entries of the numbers, int64. BLOCKS is read by the lockstep code only; STRIDE, SCRATCH,
# IS_NARROW, COUNTED, TEAM and MEMBER by the loop only. ENDED is the one that another thread may
# write: above 0, training ends before the next step.
POINTS, EPOCHS, BATCH, LAYERS, PADDED, PARAMETERS, OPTIMIZER, NESTEROV, STEP = range(9)
STRIDE, OUTPUTS, SCRATCH, PITCH, IS_NARROW, COUNTED, BLOCKS, TEAM, MEMBER = range(9, 18)
PENALISED, ONE_LOGIT, FLOAT32_RATE, WEIGHTED, ENDED = range(18, 23)
NUMBERS = 23
