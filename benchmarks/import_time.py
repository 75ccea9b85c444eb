"""Print what `import dlbook_lib` costs beyond starting Python: milliseconds, and as a ratio."""

import statistics
import subprocess
import sys
import time

RUNS = 15


def seconds(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - start


def main() -> None:
    names = ("dlbook_lib", "dlbook_lib.catalog", "dlbook_lib.figures", "torch")
    cases = {"bare": "pass"} | {name: f"import {name}" for name in names}
    times = {name: [] for name in cases}
    for _ in range(RUNS):  # interleaved, so that a slow moment of the machine hits all alike
        for name, code in cases.items():
            times[name].append(seconds(code))
    median = {name: statistics.median(values) for name, values in times.items()}
    for name in names:
        extra, ratio = 1000 * (median[name] - median["bare"]), median[name] / median["bare"]
        print(f"import {name:<20}{extra:8.1f} ms beyond bare Python, {ratio:6.2f} times its start")


if __name__ == "__main__":
    main()
