"""Tables that look like those of docs/tables.md: their columns and quirks, made-up numbers."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Looks:
    """What a table looks like.

    `numbers`: the columns of numbers, each with its usual size, at which classes lie one spread
    apart. `texts`: those of texts, each with its texts, of which each class has one most often.
    `rows`: how rows are named: "" not, "counted", "gaps", "texts". `missing`: the share of rows
    that miss a number. `ids`: a column "ID" in which every third row repeats one.
    """

    target: str
    classes: tuple[str, ...]
    numbers: dict[str, float]
    texts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rows: str = ""
    missing: float = 0.0
    ids: bool = False
    read: dict[str, object] = field(default_factory=dict)  # arguments of us.read_table

    @property
    def features(self) -> int:
        """As many as `us.read_table` makes: one for two texts, else one for each."""
        return len(self.numbers) + sum(
            1 if len(texts) == 2 else len(texts) for texts in self.texts.values()
        )


DROP = {"missing": "drop"}
YES = ("No", "Yes")


def alike(names: str, size: float = 1.0) -> dict[str, float]:
    return dict.fromkeys(names.split(), size)


LOOKS = {
    "iris": Looks("Species", ("setosa", "versicolor", "virginica"), alike("a b c d", 4.0)),
    "wine": Looks("class", ("0", "1", "2"), {**alike("alcohol ash hue", 2.0), "proline": 700.0}),
    "breast cancer": Looks(
        "diagnosis", ("B", "M"), {"area": 600.0, "smoothness": 0.1, "texture": 19.0}
    ),
    "digits": Looks("digit", tuple("0123456789"), alike(" ".join(f"p{k}" for k in range(64)), 8.0)),
    "penguins": Looks(
        "species",
        ("Adelie", "Chinstrap", "Gentoo"),
        {"bill_length_mm": 44.0, "body_mass_g": 4200.0},
        {"island": ("Biscoe", "Dream", "Torgersen"), "sex": ("female", "male")},
        missing=0.03,
        read=DROP,
    ),
    "glass": Looks("type", ("Con", "Head", "Tabl", "WinF"), alike("RI Na Mg"), rows="counted"),
    "crabs": Looks("sp", ("B", "O"), alike("FL RW CL", 20.0), {"sex": ("F", "M")}, rows="counted"),
    "diabetes": Looks("type", YES, {"glu": 124.0, "ped": 0.4}, rows="counted"),
    "biopsy": Looks(
        "class", ("benign", "malignant"), alike("V1 V2"), {}, "counted", 0.02, True, DROP
    ),
    "birth weight": Looks("low", ("0", "1"), {"age": 23.0, "lwt": 130.0}, rows="gaps"),
    "painters": Looks("School", tuple("ABCD"), alike("Drawing Colour", 11.0), rows="texts"),
    "synthetic": Looks("yc", ("0", "1"), alike("xs ys", 0.3), rows="counted"),
    "Titanic": Looks(
        "survived",
        ("no", "yes"),
        {"age": 30.0},
        {"sex": ("female", "male"), "passengerClass": ("1st", "2nd", "3rd")},
        "texts",
        0.2,
        read=DROP,
    ),
    "spam": Looks(
        "yesno", ("n", "y"), {"crl.tot": 283.0, "dollar": 0.1, "n000": 0.1}, rows="counted"
    ),
    "urine": Looks(
        "r", ("0", "1"), {"gravity": 1.02, "osmo": 600.0}, {}, "counted", 0.03, read=DROP
    ),
    "infert": Looks("case", ("0", "1"), {"age": 31.0}, {"education": ("0-5", "6-11", "12+")}),
    "chick weights": Looks(
        "feed", ("casein", "linseed", "meat"), {"weight": 261.0}, rows="counted"
    ),
    "credit": Looks("default", YES, {"balance": 835.0, "income": 33000.0}, {"student": YES}),
    "car seats": Looks("ShelveLoc", ("Bad", "Good", "Medium"), {"Price": 115.0}, {"US": YES}),
}


def table(look: Looks, per_class: int = 40) -> bytes:
    """A CSV file of so many rows of each class, class by class as such tables are sorted."""
    rng = np.random.default_rng(len(look.features * look.target))
    label = np.repeat(np.arange(len(look.classes)), per_class)
    made: dict[str, object] = {}
    for number, (name, size) in enumerate(look.numbers.items()):
        place = rng.permutation(len(look.classes)) if number else np.arange(len(look.classes))
        made[name] = np.round(size * (1 + 0.1 * (place[label] + rng.normal(0, 0.3, label.size))), 6)
    for name, texts in look.texts.items():
        likely = rng.random(label.size) < 0.7
        picked = np.where(likely, label % len(texts), rng.integers(0, len(texts), label.size))
        made[name] = np.array(texts, dtype=object)[picked]
    frame = pd.DataFrame(made)
    frame[look.target] = np.array(look.classes, dtype=object)[label]
    if look.missing:
        gone = rng.random(len(frame)) < look.missing
        gone[0] = True
        frame.loc[gone, next(iter(look.numbers))] = np.nan
    if look.ids:
        frame.insert(0, "ID", 1000 + np.arange(len(frame)) // 3)
    names = {
        "counted": range(1, len(frame) + 1),
        "gaps": 85 + np.cumsum(rng.integers(1, 3, len(frame))),
        "texts": [f"Row {number:03}" for number in range(len(frame))],
    }
    if look.rows:
        frame.insert(0, "rownames", list(names[look.rows]))
    written = io.StringIO()
    frame.to_csv(written, index=False, na_rep="NA")
    return written.getvalue().encode()
