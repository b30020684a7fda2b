"""Draw the pictures of the README and of docs/: `python tools/images.py`.

The picture of the live page needs the packages chromium and chromium-driver; without them it stays
as it is.
"""

import base64
import re
import shutil
import subprocess
import sys
from pathlib import Path

from matplotlib.figure import Figure

import unitscope as us

IMAGES = Path(__file__).parents[1] / "docs" / "images"


def main() -> None:
    """Every picture."""
    run = us.lab.run()
    draw_lab(run)
    draw_regions(run)
    draw_comparison(run)
    draw_animals()
    if shutil.which("chromedriver"):
        draw_page()


def draw_page() -> None:
    """The live page's first screen, with a point chosen."""
    from selenium import webdriver
    from selenium.webdriver.support.ui import WebDriverWait

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    still = "force-prefers-reduced-motion"  # else a first visit plays
    for flag in (
        "headless=new",
        "no-sandbox",
        "disable-gpu",
        "no-first-run",
        "hide-scrollbars",
        still,
    ):
        options.add_argument(f"--{flag}")
    command = [sys.executable, "-m", "unitscope", "play", "--port", "0", "--no-browser"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    driver = webdriver.Chrome(options=options, service=service)
    try:
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": 1440, "height": 900, "deviceScaleFactor": 1, "mobile": False},
        )
        driver.get(re.search(r"http://\S+", process.stdout.readline())[0])
        drawn = "return document.documentElement.dataset.ready"
        WebDriverWait(driver, 60).until(lambda page: page.execute_script(drawn))
        driver.find_element("css selector", "#regions").send_keys("." * 24)
        driver.execute_script("document.activeElement.blur()")
        driver.execute_async_script("requestAnimationFrame(() => setTimeout(arguments[0], 500))")
        shot = driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
        (IMAGES / "page.png").write_bytes(base64.b64decode(shot["data"]))
    finally:
        driver.quit()
        process.terminate()


def draw_comparison(run: us.Run) -> None:
    """The lab's network after 20 epochs beside that after 200."""
    compared = us.compare(run.at(20), run, names=("epoch 20", "epoch 200"))
    us.plot.save(us.plot.comparison(compared, theme="light"), IMAGES / "compare.png")


def draw_lab(run: us.Run) -> None:
    """The lab's decision boundary beside its two hidden units."""
    figure = Figure(figsize=(11.6, 3.6), facecolor="white")
    axes = [figure.add_axes((left, 0.15, 0.26, 0.74)) for left in (0.05, 0.38, 0.7)]
    us.plot.decision_regions(run.network, run.data, ax=axes[0])
    us.plot.hidden_layer(run.network, run.data, ax=axes[1:])
    axes[2].set_ylabel("")  # the same as beside it
    us.plot.save(figure, IMAGES / "lab.png")


def draw_regions(run: us.Run) -> None:
    """The lab's four activation regions beside its decision regions and one point's margin."""
    figure = Figure(figsize=(11.0, 4.0), facecolor="white")
    left, right = (figure.add_axes((at, 0.14, 0.42, 0.76)) for at in (0.055, 0.56))
    part = us.partition(run.network, run.data)
    on = {
        (True, True): "both units on",
        (False, True): "only unit 1 on",
        (True, False): "only unit 0 on",
        (False, False): "both units off",
    }
    shades = ("#dbe7f3", "#f3e3d3", "#e3efdc", "#efefef")
    for region, shade in zip(part.regions, shades, strict=True):
        left.fill(*region.vertices.T, color=shade, linewidth=0)
        name = on[tuple(region.pattern.tolist())]
        left.text(*region.vertices.mean(axis=0), name, ha="center", va="center")
    for unit in (0, 1):
        for line in part.activation_boundaries.polylines(0, unit):
            left.plot(*line.T, color="#1b1f24", linewidth=1.6)
    left.set(xlim=part.window[0], ylim=part.window[1])
    left.set(xlabel="$x_0$", ylabel="$x_1$", title="activation regions")
    us.plot.decision_regions(run.network, run.data, ax=right, activation_regions=True, margin=82)
    us.plot.save(figure, IMAGES / "regions.png")


def draw_animals() -> None:
    """What each of eight units answers to among the silhouettes left out."""
    run = us.train(us.datasets.animals("train"), hidden=8, epochs=100, l2=3e-3)
    ax = us.plot.unit_images(run, us.datasets.animals("test"), each=10)
    us.plot.save(ax.figure, IMAGES / "animals.png")


if __name__ == "__main__":
    main()
