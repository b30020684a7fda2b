"""The live page: from a drag to the repainted page, many clients, memory, start and weight.

`python benchmarks/live.py` prints the section of docs/benchmarks.md; `make bench` includes it. What
needs a browser (the packages chromium and chromium-driver) is left out where there is none, which
the section says.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from websockets.sync import client as sync_client

import page as markdown
import unitscope as us
from unitscope.page import answers
from unitscope.wire.from_wire import data_from_wire
from unitscope.wire.to_wire import data_to_wire, floats_to_wire

MOVES, CLIENTS, MOVES_EACH, TRAININGS, STARTS = 500, 50, 40, 10_000, 5
PARTS = 10  # of the moves: each script has its own time limit
WEB = Path(us.__file__).parent / "web"

# Before the page's own scripts: note when requests go out and replies come in.
_WATCH = """
window.trained = []; window.spent = { training: [] };
const Plain = window.WebSocket, Own = window.Worker;
const frame = window.requestAnimationFrame.bind(window);
let sent = 0;
function replied() {
  window.spent.training.push(performance.now() - sent);
  for (const told of window.trained.splice(0)) told();
}
window.Worker = class extends Own {
  postMessage(message) {
    if (message.request?.kind === "train") sent = performance.now();
    super.postMessage(message);
  }
  constructor(...given) {
    super(...given);
    this.addEventListener("message", ({ data }) => {
      if (data.told?.kind === "trained") replied();
    });
  }
};
window.WebSocket = class extends Plain {
  send(text) {
    if (text.slice(0, 40).includes('"train"')) sent = performance.now();
    super.send(text);
  }
  constructor(...given) {
    super(...given);
    this.addEventListener("message", (event) => {
      if (event.data.slice(0, 60).includes('"trained"')) replied();
    });
  }
};
window.plainFrame = frame;
"""
# What the browser's main thread does in a frame, by the names of its trace.
_DOING = {
    "layout": ("UpdateLayoutTree", "Layout", "HitTest"),
    "drawing": ("PrePaint", "Paint", "Layerize", "Commit", "UpdateLayer"),
}
_TRACED = ("devtools.timeline", "disabled-by-default-devtools.timeline")
_KERNEL = "return document.documentElement.dataset.kernel"
_DRAG = """
const [moves, done] = arguments;
const canvas = document.querySelector("#regions"), box = canvas.getBoundingClientRect();
const at = (type, x, y) => canvas.dispatchEvent(new PointerEvent(type, {
  clientX: x, clientY: y, pointerId: 1, isPrimary: true, bubbles: true, buttons: 1 }));
canvas.setPointerCapture = () => {};
const frame = () => new Promise((resolve) => window.plainFrame(() => setTimeout(resolve)));
(async () => {
  const next = new KeyboardEvent("keydown", { key: ".", bubbles: true });
  canvas.dispatchEvent(next);
  let held = false;
  const last = { x: box.width - 10, y: box.height - 36 };
  for (let x = 40; x < last.x && !held; x += 4) for (let y = 10; y < last.y && !held; y += 4) {
    at("pointermove", box.x + x, box.y + y);
    if (canvas.style.cursor !== "grab") continue;
    at("pointerdown", box.x + x, box.y + y);
    at("pointermove", box.x + x + 9, box.y + y + 9);
    held = canvas.style.cursor === "grabbing";
    if (!held) at("pointerup", box.x + x, box.y + y);
  }
  await new Promise((resolve) => window.trained.push(resolve));
  await frame();
  window.spent = { training: [] };
  const times = [];
  for (let k = 0; k < moves; k++) {
    await frame();
    const began = performance.now(), told = new Promise((resolve) => window.trained.push(resolve));
    const x = 0.5 + 0.3 * Math.cos(k / 15), y = 0.5 + 0.3 * Math.sin(k / 20);
    at("pointermove", box.x + box.width * x, box.y + box.height * y);
    await told;
    await frame();
    times.push(performance.now() - began);
  }
  at("pointerup", box.x + box.width / 2, box.y + box.height / 2);
  await new Promise((resolve) => window.trained.push(resolve));
  done([times, window.spent.training]);
})();
"""


def main() -> None:
    """Print the section."""
    print(live_table())


def live_table() -> str:
    """Every figure of the live page."""
    browsing = bool(shutil.which("chromedriver") and shutil.which("chromium"))
    rows: list[list[str]] = []
    with served() as (address, process):
        asyncio.run(many(address, 1, 50))  # compiled code is loaded, the processor awake
        if browsing:
            rows += drag_rows(address)
        alone = asyncio.run(many(address, 1, 400))
        rows.append(["one client: a training asked for and answered", *shown(alone)])
        times = asyncio.run(many(address, CLIENTS, MOVES_EACH))
        crowd = f"{CLIENTS} clients dragging at once, {len(times):,} trainings"
        rows.append([crowd, *shown(times)])
        before = resident(process.pid)
        asyncio.run(many(address, 1, TRAININGS))
        grown = f"{(resident(process.pid) - before) / 1e6:+.1f} MB"
    if browsing:
        what = f"`unitscope play`, warm: from its start to the painted page, {STARTS} starts"
        rows.append([what, *shown(1000 * np.array(sorted(first_paints())))])
    title = "The live page: the lab's 100 points, 200 epochs"
    table = markdown.table(title, ["what", "median", "95th percentile"], rows)
    note = (
        f"\nOf {CLIENTS} clients none was answered wrong or not at all: each one's last run equals "
        f"`us.train`'s. Memory of the server after {TRAININGS:,} more trainings: {grown}. "
        f"{weight()}"
    )
    if browsing:
        note += " Chromium ran without a graphics processor."
    else:
        note += " This machine has no Chromium: what needs a browser was not measured."
    return table + note + "\n"


def drag_rows(address: str) -> list[list[str]]:
    """A point dragged in a browser, with a screen's frames and without."""
    unlimited = ("--disable-frame-rate-limit", "--disable-gpu-vsync")
    rows = []
    for who, query in (("the server", ""), ("the browser", "?kernel=browser")):
        for name, flags in (
            ("at 60 frames a second", ()),
            ("not held to a screen's frames", unlimited),
        ):
            times, training, frames = dragging(address + query, flags)
            what = f"a point dragged, {who} trains, {MOVES} moves: event to repainted page, {name}"
            rows.append([what, *shown(times)])
            rows.append(["of it, from the request to the reply", *shown(training)])
            rows += parts_rows("of a frame, processor time", frames)
    large = "#networkShape=64,64&epochs=20&course=false"
    rows += parts_rows(
        "64-64 units dragged: of a frame", dragging(address + large, (), moves=50)[2]
    )
    return rows


def parts_rows(what: str, frames: list[dict[str, float]]) -> list[list[str]]:
    """What a frame takes of the page's main thread, and each part of it."""
    whole = [sum(frame.values()) for frame in frames]
    names = ("scripts", *_DOING)
    parts = [np.array([frame.get(name, 0) for frame in frames]) for name in names]
    rows = [[f"{what}, {len(frames)} frames", *shown(np.array(whole))]]
    return rows + [[f"… {name}", *shown(part)] for name, part in zip(names, parts, strict=True)]


@contextlib.contextmanager
def served(*arguments: str) -> Iterator[tuple[str, subprocess.Popen]]:
    """A server in a process of its own, or several: its address, and the process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "unitscope", "play", "--port", "0", "--no-browser", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield re.search(r"http://\S+", process.stdout.readline())[0], process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


@contextlib.contextmanager
def browser(flags: tuple[str, ...] = ()) -> Iterator:
    """A headless Chromium with an empty profile."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for flag in (
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--force-prefers-reduced-motion",  # else a first visit plays
            "--window-size=1280,900",
            f"--user-data-dir={profile}",
            *flags,
        ):
            options.add_argument(flag)
        driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        driver.set_script_timeout(100)
        try:
            yield driver
        finally:
            driver.quit()


def until_painted(driver) -> None:
    """Wait for the first picture."""
    while not driver.execute_script("return document.documentElement.dataset.ready"):
        time.sleep(0.005)
    driver.execute_async_script("requestAnimationFrame(() => setTimeout(arguments[0]))")


def dragging(
    address: str, flags: tuple[str, ...], moves: int = MOVES
) -> tuple[np.ndarray, np.ndarray, list[dict[str, float]]]:
    """Milliseconds of a drag.

    Returns those from each pointer event to the frame that is painted with the network trained for
    it, those until the reply to its request, and of each frame those of its parts: of the
    processor, since a busy machine lets threads wait.
    """
    with browser(flags) as driver:
        driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": _WATCH})
        driver.get(address)
        until_painted(driver)
        while "kernel=" in address and not driver.execute_script(_KERNEL):
            time.sleep(0.01)
        driver.execute_async_script(_DRAG, 30)
        parts = [driver.execute_async_script(_DRAG, moves // PARTS) for _ in range(PARTS)]
        times, training = (np.concatenate([part[which] for part in parts]) for which in (0, 1))
        with traced(driver) as events:  # apart: to be traced takes time
            driver.execute_async_script(_DRAG, moves // PARTS)
        return times, training, frames_of(events)


@contextlib.contextmanager
def traced(driver) -> Iterator[list[dict]]:
    """What the browser notes meanwhile; the list is filled at the end of the block."""
    address = driver.capabilities["goog:chromeOptions"]["debuggerAddress"]
    with urllib.request.urlopen(f"http://{address}/json/version") as answer:
        place = json.load(answer)["webSocketDebuggerUrl"]
    events: list[dict] = []
    with sync_client.connect(place, max_size=None) as made:
        wanted = {"traceConfig": {"includedCategories": _TRACED}}
        made.send(json.dumps({"id": 1, "method": "Tracing.start", "params": wanted}))
        made.recv()
        yield events
        made.send(json.dumps({"id": 2, "method": "Tracing.end"}))
        while (told := json.loads(made.recv())).get("method") != "Tracing.tracingComplete":
            if told.get("method") == "Tracing.dataCollected":
                events += told["params"]["value"]


def frames_of(events: list[dict]) -> list[dict[str, float]]:
    """Milliseconds of the main thread in each frame of the page, by what it does there."""
    kinds = {name: part for part, names in _DOING.items() for name in names}
    painted = next(event for event in events if event["name"] == "FireAnimationFrame")
    thread = (painted["pid"], painted["tid"])
    done = [e for e in events if (e["pid"], e["tid"]) == thread and e["ph"] == "X" and "tdur" in e]
    frames: list[dict[str, float]] = [{}]
    inside: list[tuple[float, str]] = []  # until when, and what
    for event in sorted(done, key=lambda event: (event["tts"], -event["tdur"])):
        while inside and inside[-1][0] <= event["tts"]:
            if inside.pop()[1] == "Commit":
                frames.append({})
        part, outer = kinds.get(event["name"], "scripts"), inside[-1][1] if inside else None
        frame = frames[-1]
        frame[part] = frame.get(part, 0) + event["tdur"] / 1000
        if outer is not None:  # which has what is inside it counted already
            around = kinds.get(outer, "scripts")
            frame[around] -= event["tdur"] / 1000
        inside.append((event["tts"] + event["tdur"], event["name"]))
    return [frame for frame in frames if {"scripts", "layout", "drawing"} <= set(frame)]


def first_paints() -> list[float]:
    """Seconds from the start of `unitscope play` to the first picture in an open browser."""
    found = []
    for _ in range(STARTS + 1):
        with browser() as driver:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            began = time.perf_counter()
            process = subprocess.Popen(
                [sys.executable, "-m", "unitscope", "play", "--port", str(port), "--no-browser"],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            process.stdout.readline()
            driver.get(f"http://127.0.0.1:{port}/")
            until_painted(driver)
            found.append(time.perf_counter() - began)
            process.send_signal(signal.SIGINT)
            process.wait()
    return found[1:]


async def many(address: str, clients: int, moves: int) -> np.ndarray:
    """Milliseconds of every answer to clients dragging a point each, one move after the other."""
    from websockets.asyncio.client import connect

    data, times = us.datasets.lab(), []

    async def one(client: int) -> None:
        rng = np.random.default_rng(client)
        async with connect(
            address.replace("http", "ws") + "live", origin=address.rstrip("/"), max_size=None
        ) as made:
            await made.recv()
            for move in range(moves):
                X = data.X.copy()
                X[client % len(X)] = rng.uniform(-5, 5, 2)
                message = {
                    "id": move,
                    "kind": "train",
                    "data": data_to_wire(us.Dataset(X, data.y)),
                    "course": True,
                    "recipe": {"hidden": [2], "epochs": 200, "batch_size": 32},
                }
                text = json.dumps(message)
                began = time.perf_counter()
                await made.send(text)
                answer = json.loads(await made.recv())
                times.append(1000 * (time.perf_counter() - began))
                assert answer["id"] == move and answer["kind"] == "trained"
            asked, _ = data_from_wire(message["data"])
            lab = us.lab.run()
            alone = us.train(asked, lab.recipe, start=lab.at(0), batch_order=us.lab.batch_order())
            assert answer["run"]["loss"] == floats_to_wire(alone.loss), "a wrong answer"

    await asyncio.gather(*[one(client) for client in range(clients)])
    assert len(times) == clients * moves
    return np.array(times)


def resident(process: int) -> int:
    """Bytes of memory of a process."""
    return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf(
        "SC_PAGE_SIZE"
    )


def weight() -> str:
    """What a browser loads."""
    files = [
        path.read_bytes()
        for path in sorted(WEB.rglob("*"))
        if path.suffix in (".html", ".css", ".js") and path.name not in ("widget.js", "file.js")
    ]
    hello = json.dumps(answers.hello(), separators=(",", ":")).encode()
    plain = sum(map(len, files))
    packed = sum(len(gzip.compress(content)) for content in files) + len(gzip.compress(hello))
    return (
        f"The page is {len(files)} files of {plain / 1000:.0f} kB and a first message of "
        f"{len(hello) / 1000:.0f} kB; with gzip, as a proxy sends it, {packed / 1000:.0f} kB in "
        "all."
    )


def shown(times: np.ndarray) -> list[str]:
    """Median and 95th percentile."""
    return [f"{np.median(times):.1f} ms", f"{np.percentile(times, 95):.1f} ms"]


if __name__ == "__main__":
    main()
