"""Print what each explorer costs: bytes, and the time of a slider's move in the page and in the kernel.

In the page it ends when the figure is painted; in the kernel `compute` and the sentence are timed. Needs the
built book (`make book`) and the tests' browser. Times are medians and 95th percentiles in milliseconds.
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
from dlbook_lib.site.explorers import FOLDER, manifest  # noqa: E402
from dlbook_lib.site.serve import open_server  # noqa: E402

MOVES = 100
MOVE = """async ([name, control, values]) => {
  const explorer = window.dlbookExplorers.get(name);
  const frame = () => new Promise((next) => requestAnimationFrame(next));
  const started = performance.now();
  await explorer.set({ [control]: values[0] });
  const first = performance.now() - started;
  const times = [];
  for (const value of values.slice(1)) {
    await frame();
    const before = performance.now();
    await explorer.set({ [control]: value });
    times.push(performance.now() - before);
  }
  return [first, times];
}"""


def spread(times: list[float]) -> str:
    ordered = sorted(times)
    return f"{statistics.median(ordered):8.1f} {ordered[int(0.95 * len(ordered))]:8.1f}"


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
    return (ends * (1 + MOVES // len(ends)))[: MOVES + 1]


def in_kernel(explorer, control: str, values: list[float]) -> list[float]:
    times = []
    for value in values:
        before = time.perf_counter()
        outputs = explorer.evaluate({control: value})
        explorer.sentence(outputs, {control: value})
        times.append(1000 * (time.perf_counter() - before))
    return times


def main() -> None:
    server = open_server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    print(f"{'':26}{'kB compressed':>16}{'first':>10}{'page':>14}{'compute':>18}")
    print(f"{'':26}{'page':>8}{'model':>8}{'ms':>10}{'median':>9}{'95 %':>9}{'median':>9}{'95 %':>9}")
    with sync_playwright() as playwright:
        chromium = real_browser.launch(playwright)
        for name in explorers.names():
            explorer = explorers.load(name)
            sliders = {k: c for k, c in explorer.controls.items() if isinstance(c, Slider)}
            payload = FOLDER / manifest()[name]["file"]
            model = FOLDER / json.loads(payload.read_text())["model"]
            sizes = "".join(f"{len(gzip.compress(f.read_bytes())) / 1000:8.0f}" for f in (payload, model))
            if not sliders:
                print(f"{name:26}{sizes}   no slider")
                continue
            control, slider = next(iter(sliders.items()))
            values = places(slider)
            tab = chromium.new_page(viewport={"width": 1280, "height": 900})
            tab.goto(f"{address}/explorers/{name}.html")
            tab.wait_for_function(f"window.dlbookExplorers?.has('{name}')")
            first, times = tab.evaluate(MOVE, [name, control, values])
            tab.close()
            kernel = in_kernel(explorer, control, values)
            print(f"{name:26}{sizes}{first:10.0f} {spread(times)} {spread(kernel)}", flush=True)
        chromium.close()
    server.shutdown()


if __name__ == "__main__":
    main()
