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

# The entries of the settings, float64: the recipe's, the least and the most that a point may add
# to the loss, and the betas to the power of the step, which are the kernel's own. After them comes
# each layer's slope below zero.
RATE, MOMENTUM, BETA_1, BETA_2, RHO, EPSILON, DECAY, L1, L2 = range(9)
LOSS_MIN, LOSS_MAX, POWER_1, POWER_2 = range(9, 13)
SETTINGS = 13

# The entries of the numbers, int64. BLOCKS is read by the lockstep code only; STRIDE, SCRATCH,
# IS_NARROW, COUNTED, TEAM and MEMBER by the loop only.
POINTS, EPOCHS, BATCH, LAYERS, PADDED, PARAMETERS, OPTIMIZER, NESTEROV, STEP = range(9)
STRIDE, OUTPUTS, SCRATCH, PITCH, IS_NARROW, COUNTED, BLOCKS, TEAM, MEMBER = range(9, 18)
NUMBERS = 18
