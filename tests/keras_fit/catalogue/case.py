"""What a case of the catalogue is: a little program around one call of fit, in Keras's words."""

from __future__ import annotations

from dataclasses import dataclass, field

# The parts of the program that a case does not name.
USUAL = {
    "layers": 'Dense(4, "relu")',
    "last": "Dense(3)",
    "optimizer": "optimizers.SGD(0.1)",
    "loss": "losses.SparseCategoricalCrossentropy(from_logits=True)",
    "metrics": '["accuracy"]',
    "compile": "",
    "x": "X",
    "y": "Y",
    "fit": "",
    "before": "",
    "after": "",
}
PROGRAM = """\
model = {model}
{weigh}
model.compile({optimizer}, {loss}, metrics={metrics}, {compile})
{before}
train(model, {x}, {y}, {fit})
{after}
"""


@dataclass(frozen=True)
class Case:
    """One kind: `code` is what is special about it, as the table shows it.

    `parts` of the program, see `USUAL`; with `compiled`, Keras compiles its step as it does for
    users, which takes a second: needed where the case is about that.
    """

    group: str
    code: str
    parts: dict[str, str] = field(default_factory=dict)
    compiled: bool = False

    @property
    def program(self) -> str:
        """The whole of it."""
        parts = {**USUAL, **self.parts}
        model = "Sequential([Input((3,)), {layers}, {last}])".format(**parts)
        unbuilt = "weigh" in self.parts
        parts = {"model": model, "weigh": "weigh(model)", **parts} if not unbuilt else parts
        return PROGRAM.format(**{"model": model, **parts})


def each(group: str, part: str, *codes: str, compiled: bool = False, **others: str) -> list[Case]:
    """A case for each code of one part; `others` are the same in all."""
    return [Case(group, code, {**others, part: code}, compiled) for code in codes]
