"""From facts to sentences: all the English of an explanation, one file a topic.

Here is what the topics share: the headings, the levels, and how much is listed.
"""

from __future__ import annotations

STORY = ""  # which has no heading
WHOLE = "What the network gets right"
HIDDEN = "What the hidden units do"
CODE = "How the classes are told apart by the hidden units"
OUTPUTS = "What the output units do"
SOFTMAX = "Softmax and loss"
TRAINING = "How it was trained"
POINT = "One point"

BRIEF, NORMAL, FULL = range(3)

FEW_UNITS = 8  # a layer of at most so many is described unit by unit at normal length
FEW_NAMES = 6  # at most so many classes or inputs are listed
