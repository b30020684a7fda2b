"""Draw the pictures of the README and of docs/: `python docs/make_images.py`."""

from pathlib import Path

from matplotlib.figure import Figure

import unitscope as us

IMAGES = Path(__file__).parent / "images"


def main() -> None:
    """Every picture."""
    run = us.lab.run()
    draw_lab(run)
    draw_regions(run)


def draw_lab(run: us.Run) -> None:
    """The lab's decision boundary beside its two hidden units."""
    figure = Figure(figsize=(11.6, 3.6), facecolor="white")
    axes = [figure.add_axes((left, 0.15, 0.24, 0.74)) for left in (0.05, 0.38, 0.69)]
    us.plot.decision_regions(run.network, run.data, ax=axes[0])
    us.plot.hidden_layer(run.network, run.data, axes=axes[1:])
    axes[2].set_ylabel("")  # the same as beside it
    us.plot.save(figure, IMAGES / "lab.png")


def draw_regions(run: us.Run) -> None:
    """The lab's four activation regions, and beside them its decision regions with the way of one point."""
    figure = Figure(figsize=(11.0, 4.0), facecolor="white")
    left, right = (figure.add_axes((at, 0.14, 0.38, 0.76)) for at in (0.055, 0.53))
    part = us.partition(run.network, run.data)
    on = {(True, True): "both units on", (False, True): "only unit 1 on", (True, False): "only unit 0 on",
          (False, False): "both units off"}
    for region, shade in zip(part.regions, ("#dbe7f3", "#f3e3d3", "#e3efdc", "#efefef"), strict=True):
        left.fill(*region.vertices.T, color=shade, linewidth=0)
        left.text(*region.vertices.mean(axis=0), on[tuple(region.pattern.tolist())], ha="center", va="center")
    for unit in (0, 1):
        for line in part.activation_boundaries.polylines(0, unit):
            left.plot(*line.T, color="#1b1f24", linewidth=1.6)
    left.set(xlim=part.window[0], ylim=part.window[1], xlabel="$x_0$", ylabel="$x_1$", title="activation regions")
    us.plot.decision_regions(run.network, run.data, ax=right, activation_regions=True, margin=82)
    us.plot.save(figure, IMAGES / "regions.png")


if __name__ == "__main__":
    main()
