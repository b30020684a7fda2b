"""The live page: from a drag's event to the repainted page, and many clients dragging at once on one process.

`python benchmarks/live.py` needs the packages chromium and chromium-driver for the first figure. Not part of
`make bench`, whose machine may have no browser.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import numpy as np

import unitscope as us
from unitscope import scene

MOVES, CLIENTS, MOVES_EACH = 500, 50, 40

# Before the page's own scripts: note when a training's reply arrives.
_WATCH = """
window.trained = [];
const Plain = window.WebSocket;
window.WebSocket = class extends Plain {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", (event) => {
      if (event.data.slice(0, 60).includes('"trained"')) for (const told of window.trained.splice(0)) told();
    });
  }
};
"""
_DRAG = """
const [moves, done] = arguments, canvas = document.querySelector("#regions"), box = canvas.getBoundingClientRect();
const at = (type, x, y) => canvas.dispatchEvent(new PointerEvent(type, {
  clientX: x, clientY: y, pointerId: 1, isPrimary: true, bubbles: true, buttons: 1 }));
canvas.setPointerCapture = () => {};
const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
(async () => {
  document.querySelector("#data").dispatchEvent(new KeyboardEvent("keydown", { key: ".", bubbles: true }));
  let start = null;
  for (let x = 40; x < box.width - 10 && !start; x += 4) for (let y = 10; y < box.height - 36 && !start; y += 4) {
    at("pointermove", box.x + x, box.y + y);
    if (canvas.style.cursor === "grab") start = [box.x + x, box.y + y];
  }
  at("pointerdown", ...start);
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
  at("pointerup", ...start);
  done(times);
})();
"""


def main() -> None:
    """Print both figures."""
    process = subprocess.Popen([sys.executable, "-m", "unitscope", "play", "--port", "0", "--no-browser"],
                               stdout=subprocess.PIPE, text=True)
    address = re.search(r"http://\S+", process.stdout.readline())[0]
    try:
        if shutil.which("chromedriver"):
            dragging(address)
        asyncio.run(many(address))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def dragging(address: str) -> None:
    """Milliseconds from a pointer's event to the frame painted with the network trained for it."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    with tempfile.TemporaryDirectory() as profile:
        for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--window-size=1280,900",
                     f"--user-data-dir={profile}"):
            options.add_argument(flag)
        driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        driver.set_script_timeout(200)
        driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": _WATCH})
        began = time.perf_counter()
        driver.get(address)
        while not driver.execute_script("return document.documentElement.dataset.ready"):
            time.sleep(0.005)
        print(f"page opened and painted: {time.perf_counter() - began:.2f} s")
        told("drag to repainted page", np.array(driver.execute_async_script(_DRAG, MOVES)))
        driver.quit()


async def many(address: str) -> None:
    """Clients that each drag a point, the next move when the last is answered."""
    from websockets.asyncio.client import connect

    data, times = us.datasets.lab(), []

    async def one(client: int) -> None:
        rng = np.random.default_rng(client)
        async with connect(address.replace("http", "ws") + "live", origin=address.rstrip("/"), max_size=None) as socket:
            await socket.recv()
            for move in range(MOVES_EACH):
                X = data.X.copy()
                X[client] = rng.uniform(-5, 5, 2)
                moved = us.Dataset(X, data.y)
                message = {"id": move, "kind": "train", "data": scene.data_scene(moved), "course": True,
                           "recipe": {"hidden": [2], "epochs": 200, "batch_size": 32}}
                began = time.perf_counter()
                await socket.send(json.dumps(message))
                answer = json.loads(await socket.recv())
                times.append(1000 * (time.perf_counter() - began))
                assert answer["id"] == move and answer["kind"] == "trained"
                if move == MOVES_EACH - 1:
                    asked, _ = scene.taken_data(message["data"])
                    lab = us.lab.run()
                    alone = us.train(asked, lab.recipe, start=lab.at(0), batch_order=us.lab.batch_order())
                    assert answer["run"]["loss"] == scene.floats(alone.loss), "a wrong answer"

    await asyncio.gather(*[one(client) for client in range(CLIENTS)])
    assert len(times) == CLIENTS * MOVES_EACH
    told(f"{CLIENTS} clients at once, {len(times)} trainings, none lost, last of each checked", np.array(times))


def told(what: str, times: np.ndarray) -> None:
    """Median and 95th percentile."""
    print(f"{what}: median {np.median(times):.1f} ms, 95th percentile {np.percentile(times, 95):.1f} ms")


if __name__ == "__main__":
    main()
