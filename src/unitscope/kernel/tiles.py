"""How everything lies in the flat arrays of `epochs`: sizes and indices, as `layout` has them."""

from __future__ import annotations

WIDTH = 8  # lanes: numbers of float64 in one vector
TILE = 4 * WIDTH  # points that go through the network together
NOBODY = -1.0  # the class of a place without a point
FACTORS = 8  # tiles whose sums of exponentials are multiplied, to spare logarithms

# The entries of the numbers: rows of weights, tiles of points, layers, parameters, the inputs and
# the units of all layers together, and whether only the points that are right are wanted.
ROWS, TILES, LAYERS, PARAMETERS, OUTPUTS, COUNTED = range(6)
NUMBERS = 6

# The columns of the table: inputs, units and the activation's code of each layer.
INPUTS, UNITS, ACTIVATION = range(3)
COLUMNS = 3
