"""A training as a moving picture: its decision regions from epoch to epoch, in a file."""

from __future__ import annotations

import base64
import html
import io
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from unitscope.errors import CannotWrite, MissingDependency, real_number, refusal, whole_number
from unitscope.figures import canvas
from unitscope.figures.arguments import curves_of, network_and_data
from unitscope.figures.decision_regions import decision_regions
from unitscope.files import writing
from unitscope.geometry.plane import best_plane
from unitscope.looking import look
from unitscope.models.ours import run_behind
from unitscope.shares import percent
from unitscope.subject import described
from unitscope.theme import Theme, ThemeName
from unitscope.training.run import Run

if TYPE_CHECKING:
    from unitscope.data.dataset import Dataset

_MOST_FRAMES, _MOST_SECONDS = 500, 600.0
_INCHES, _DOTS = (4.8, 4.0), 100  # even numbers of pixels, which H.264 needs
_FORMATS = (".gif", ".html", ".mp4")


def animate(
    run: Run,
    data: Dataset | None,
    path: str | os.PathLike[str],
    *,
    frames: int = 50,
    seconds: float = 6.0,
    theme: ThemeName | Theme = "light",
) -> Path:
    """Write how the decision regions change from epoch to epoch: a GIF, a page, or an MP4.

    The frames are evenly spaced epochs, from before the training to its end; each says its epoch,
    loss and accuracy. More than two features are seen on the plane of the last network that
    `us.plot.decision_regions` draws. The last frame stays for a second.

    **Arguments**

    - `run`: what `us.train` returns; `data`: the points to draw, or None for the run's own.
    - `path`: the file, .gif (played again and again), .html (with a button and a slider, and
      nothing that is fetched) or .mp4, which needs the program ffmpeg.
    - `frames`: how many at most, 2 to 500; `seconds`: how long all together, up to 600.
    - `theme`: "light" or "dark".

    An existing file is replaced only when the new one is complete. **Returns** the path. **Raises**
    `InvalidInput`; `MissingDependency` for .mp4 without ffmpeg; `CannotWrite`.
    """
    found = run_behind(run)
    curves_of(found)
    if not isinstance(found, Run) or not found.epochs:
        raise refusal(
            "run", "a Run of at least one epoch", described(run), "us.train(data) returns one."
        )
    _, points = network_and_data(found, data)
    if not isinstance(path, (str, os.PathLike)) or Path(path).suffix.lower() not in _FORMATS:
        raise refusal("path", "a file name that ends in .gif, .html or .mp4", path)
    count = whole_number("frames", frames, at_least=2, at_most=_MOST_FRAMES)
    rule = f"a number above 0, up to {_MOST_SECONDS:g}"
    length = real_number("seconds", seconds, rule, above=0.0)
    if length > _MOST_SECONDS:
        raise refusal("seconds", rule, seconds)
    dress = canvas.theme_for(theme)
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix == ".mp4" and shutil.which("ffmpeg") is None:
        raise MissingDependency(
            "MP4 needs ffmpeg, a program of its own: install the package ffmpeg, "
            "or give path a name that ends in .gif or .html."
        )
    epochs = np.unique(np.linspace(0, found.epochs, min(count, found.epochs + 1)).astype(int))
    pictures = list(_frames(found, points, epochs.tolist(), dress))
    each = length / len(pictures)
    with writing(target) as file:
        if suffix == ".gif":
            _write_gif(file, pictures, each)
        elif suffix == ".html":
            _write_html(file, pictures, each, dress)
        else:
            _write_mp4(file, pictures, each)
    return target


def _frames(run: Run, data: Dataset, epochs: list[int], theme: Theme) -> Iterator[np.ndarray]:
    """The pictures of these epochs, (rows, columns, 3) uint8 each."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    plane = best_plane(run.network, data)[0] if data.n_features > 2 else None
    for epoch in epochs:
        look()
        figure = Figure(figsize=_INCHES, dpi=_DOTS, facecolor=theme.background)
        drawn: Any = FigureCanvasAgg(figure)
        ax = figure.add_axes((0.13, 0.11, 0.84, 0.8))
        canvas.dress(ax, theme, 10.0)
        net = run.at(epoch)
        ax.set_title(_title(run, epoch), fontsize=10.0, color=theme.text)
        decision_regions(net, data, ax, plane=plane, theme=theme)
        drawn.draw()
        yield np.asarray(drawn.buffer_rgba())[:, :, :3].copy()


def _title(run: Run, epoch: int) -> str:
    if not epoch:
        return "before the training"
    loss, accuracy = run.loss[epoch - 1], percent(run.accuracy[epoch - 1], 0)
    return f"epoch {epoch:,} of {run.epochs:,}: loss {loss:.4f}, accuracy {accuracy}"


def _write_gif(file: BinaryIO, pictures: list[np.ndarray], each: float) -> None:
    from PIL import Image  # which Matplotlib depends on

    first, *others = (
        Image.fromarray(picture).quantize(128, method=Image.Quantize.FASTOCTREE)
        for picture in pictures
    )
    durations = [max(20, round(1000 * each))] * len(pictures)  # browsers slow down what is quicker
    durations[-1] += 1000
    first.save(file, "GIF", save_all=True, append_images=others, duration=durations, loop=0)


def _write_mp4(file: BinaryIO, pictures: list[np.ndarray], each: float) -> None:
    """Give the pictures to ffmpeg, which writes into a folder of its own."""
    high, wide, _ = pictures[0].shape
    rate = f"{1 / each:.6f}"
    stay = [pictures[-1]] * max(1, round(1 / each))
    with tempfile.TemporaryDirectory(prefix="unitscope-") as folder:
        made = Path(folder, "made.mp4")
        command = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-f", "rawvideo"]
        command += ["-pix_fmt", "rgb24", "-s", f"{wide}x{high}", "-r", rate, "-i", "pipe:0"]
        command += ["-pix_fmt", "yuv420p", "-movflags", "+faststart", str(made)]
        content = b"".join(picture.tobytes() for picture in (*pictures, *stay))
        ran = subprocess.run(command, input=content, capture_output=True)
        if ran.returncode or not made.is_file():
            why = ran.stderr.decode("utf-8", "replace").strip().splitlines()
            raise CannotWrite(f"ffmpeg could not make the MP4: {why[-1] if why else 'no reason'}")
        file.write(made.read_bytes())


_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<style>body{{margin:1em;background:{background};color:{text};font:14px sans-serif}}
img{{max-width:100%}}input{{width:min(24em,60%);vertical-align:middle}}</style></head><body>
<p><img id="picture" alt="{title}" width="{wide}" height="{high}"></p>
<p><button id="play" type="button">Pause</button>
<input id="frame" type="range" min="0" max="{last}" value="0" aria-label="frame"></p>
<script>
const frames = [{frames}];
const picture = document.getElementById("picture");
const slider = document.getElementById("frame");
const button = document.getElementById("play");
let playing = !matchMedia("(prefers-reduced-motion: reduce)").matches;
let waited = 0;
function show() {{ picture.src = "data:image/png;base64," + frames[+slider.value]; }}
function say() {{ button.textContent = playing ? "Pause" : "Play"; }}
setInterval(() => {{
  if (!playing) return;
  if (+slider.value === frames.length - 1 && ++waited < {stay}) return;
  slider.value = waited ? 0 : +slider.value + 1;
  waited = 0;
  show();
}}, {milliseconds});
button.onclick = () => {{ playing = !playing; say(); }};
slider.oninput = () => {{ playing = false; say(); show(); }};
say();
show();
</script></body></html>
"""


def _write_html(file: BinaryIO, pictures: list[np.ndarray], each: float, theme: Theme) -> None:
    from PIL import Image

    high, wide, _ = pictures[0].shape
    frames = []
    for picture in pictures:
        memory = io.BytesIO()
        few = Image.fromarray(picture).quantize(128, method=Image.Quantize.FASTOCTREE)
        few.save(memory, "PNG")
        frames.append(f'"{base64.b64encode(memory.getvalue()).decode("ascii")}"')
    values: dict[str, Any] = {
        "title": html.escape("Decision regions by epoch"),
        "background": theme.background,
        "text": theme.text,
        "wide": wide,
        "high": high,
        "last": len(frames) - 1,
        "frames": ",".join(frames),
        "stay": max(1, round(1 / each)),
        "milliseconds": max(20, round(1000 * each)),
    }
    file.write(_PAGE.format(**values).encode("utf-8"))
