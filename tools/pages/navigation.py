"""The pages of the site in their order: the parts of the menu, and the pages of each."""

PARTS = {
    "How to": [
        "lessons",
        "play",
        "site",
        "widget",
        "compare",
        "examples",
        "sampled",
        "animals",
        "words",
        "tables",
        "clusters",
    ],
    "Explanation": ["explanation", "regions", "map"],
    "Reference": [
        "reference/data",
        "reference/training",
        "reference/looking",
        "reference/networks",
        "reference/lab",
        "reference/errors",
        "reference/commands",
        "reference/messages",
        "models",
        "fit",
        "labs",
    ],
    "More": ["benchmarks", "changelog"],
}
