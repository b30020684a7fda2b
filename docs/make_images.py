"""Draw the README's picture: `python docs/make_images.py`."""

from pathlib import Path

from matplotlib.figure import Figure

import unitscope as us

IMAGES = Path(__file__).parent / "images"


def main() -> None:
    """The lab's decision boundary beside its two hidden units."""
    run = us.lab.run()
    figure = Figure(figsize=(11.6, 3.6), facecolor="white")
    axes = [figure.add_axes((left, 0.15, 0.24, 0.74)) for left in (0.05, 0.38, 0.69)]
    us.plot.decision_regions(run.network, run.data, ax=axes[0])
    us.plot.hidden_layer(run.network, run.data, axes=axes[1:])
    axes[2].set_ylabel("")  # the same as beside it
    us.plot.save(figure, IMAGES / "lab.png")


if __name__ == "__main__":
    main()
