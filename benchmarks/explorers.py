"""Print what each explorer costs: bytes, and the time from a slider's move to the redrawn figure.

In the page, `painted` ends when all data stand in the figures, with the sentence; `settled` when plotly has
also drawn the ticks, titles and colour bars, which in use follow once the slider rests. In the kernel,
everything up to the messages to the front end is timed. Each line gives an explorer's slowest slider: median
and 95th percentile of 100 moves, in milliseconds. Needs the built book (`make book`) and the tests' browser.

    python benchmarks/explorers.py [NAME ...]
"""

import gzip
import json
import statistics
import sys
import threading
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "site"))
import browser as real_browser  # noqa: E402

from dlbook_lib import explorers  # noqa: E402
from dlbook_lib.explore.controls import Slider  # noqa: E402
from dlbook_lib.explore.kernel import live  # noqa: E402
from dlbook_lib.site.exports import FOLDER, manifest  # noqa: E402
from dlbook_lib.site.serve import open_server  # noqa: E402

MOVES = 100
MOVE = """async ([name, control, values]) => {
  const explorer = window.dlbookExplorers.get(name);
  const frame = () => new Promise((next) => requestAnimationFrame(next));
  const started = performance.now();
  await explorer.set({ [control]: values[0] });
  const first = performance.now() - started;
  const before = explorer.stats.durations.length;
  const settled = [];
  for (const value of values.slice(1)) {
    await frame();
    const since = performance.now();
    await explorer.set({ [control]: value });
    settled.push(performance.now() - since);
  }
  return { first, painted: explorer.stats.durations.slice(before), settled };
}"""


def tail(times: list[float]) -> float:
    """Return the 95th percentile."""
    return sorted(times)[int(0.95 * len(times))]


def places(slider: Slider) -> list[float]:
    """Walk over a slider and back, past nothing twice in a row."""
    count = MOVES if not slider.integer else int(slider.high - slider.low) + 1
    parts = [i / max(count - 1, 1) for i in range(count)]
    if slider.integer:
        ends = [int(slider.low + i) for i in range(count)]
    elif slider.log:
        ends = [slider.low * (slider.high / slider.low) ** part for part in parts]
    else:
        ends = [slider.low + part * (slider.high - slider.low) for part in parts]
    ends = [min(max(value, slider.low), slider.high) for value in ends]
    walk = ends + ends[-2:0:-1]
    return (walk * (1 + MOVES // len(walk)))[: MOVES + 1]


def in_page(tab, name: str, sliders: dict[str, Slider]) -> dict[str, float | list[float]]:
    """Move every slider; keep the times of the slowest, and that of the very first move."""
    runs = [tab.evaluate(MOVE, [name, control, places(slider)]) for control, slider in sliders.items()]
    return max(runs, key=lambda run: tail(run["painted"])) | {"first": runs[0]["first"]}


def in_kernel(explorer, sliders: dict[str, Slider]) -> list[float]:
    """Move every slider of the live explorer; keep the times of the slowest."""
    alive, runs = live(explorer), []
    for control, slider in sliders.items():
        times = []
        for value in places(slider):
            alive.editors[control].show(value)
            since = time.perf_counter()
            alive.editors[control].report()
            times.append(1000 * (time.perf_counter() - since))
        runs.append(times)
    return max(runs, key=tail)


def main(chosen: list[str]) -> None:
    server = open_server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    print(f"{'':26}{'kB compressed':>16}{'first':>8}{'painted':>16}{'settled':>16}{'kernel':>16}")
    print(f"{'':26}{'page':>8}{'model':>8}{'ms':>8}" + f"{'median':>8}{'95 %':>8}" * 3)
    with sync_playwright() as playwright:
        chromium = real_browser.launch(playwright)
        for name in chosen or explorers.names():
            explorer = explorers.load(name)
            payload = FOLDER / manifest()[name]["file"]
            model = FOLDER / json.loads(payload.read_text())["model"]
            sizes = "".join(f"{len(gzip.compress(f.read_bytes())) / 1000:8.0f}" for f in (payload, model))
            sliders = {k: c for k, c in explorer.controls.items() if isinstance(c, Slider)}
            if not sliders:
                print(f"{name:26}{sizes}   no slider")
                continue
            tab = chromium.new_page(viewport={"width": 1280, "height": 900})
            tab.goto(f"{address}/explorers/{name}.html")
            tab.wait_for_function(f"window.dlbookExplorers?.has('{name}')")
            page = in_page(tab, name, sliders)
            tab.close()
            rows = (page["painted"], page["settled"], in_kernel(explorer, sliders))
            times = "".join(f"{statistics.median(row):8.1f}{tail(row):8.1f}" for row in rows)
            print(f"{name:26}{sizes}{page['first']:8.0f}{times}", flush=True)
        chromium.close()
    server.shutdown()


if __name__ == "__main__":
    main(sys.argv[1:])
