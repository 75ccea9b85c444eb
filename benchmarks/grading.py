"""Release, collect, grade, export and feed back a class of 30 with the guide's commands, and time each.

The submissions are those of the tests, correct to hostile, in a zip file as Canvas makes it.

    python benchmarks/grading.py [FOLDER]
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "teach"))

from canvas import write_sheet, write_zip  # noqa: E402
from example_exercises import build  # noqa: E402
from submissions import kinds  # noqa: E402

SIZE = 30
PLAIN = 8  # so many hand in a correct notebook, the others one of every second or third kind


def dlbook(*arguments):
    """Run a command and say how long it took."""
    began = time.perf_counter()
    ran = subprocess.run(
        [Path(sys.executable).parent / "dlbook", *map(str, arguments)], stdout=subprocess.PIPE, text=True
    )
    seconds = time.perf_counter() - began
    print(f"$ dlbook {' '.join(map(str, arguments))}\n{ran.stdout}  took {seconds:.1f} s\n")
    ran.check_returncode()
    return seconds


def main():
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(build(), folder / "example.ipynb")
    hw1 = folder / "hw1"
    dlbook("release", hw1, folder / "example.ipynb")
    every = kinds(json.loads((hw1 / "release" / "example.ipynb").read_text()), [f"{folder}/**/*.ipynb"])
    others, count = [name for name in every if name != "correct"], SIZE - PLAIN
    mixed = [others[place * (len(others) - 1) // (count - 1)] for place in range(count)]
    students = {f"correct-{number}": every["correct"] for number in range(PLAIN)} | {
        n: every[n] for n in mixed
    }
    write_zip(folder / "submissions.zip", students)
    write_sheet(folder / "canvas.csv", list(students))
    dlbook("collect", hw1, folder / "submissions.zip")
    seconds = dlbook("grade", hw1, "--cell-seconds", 5, "--memory", 1, "--jobs", 2)
    dlbook("export", hw1, folder / "canvas.csv", "--column", "Homework 1", "--without-written")
    dlbook("feedback", hw1)
    print((hw1 / "report.csv").read_text(encoding="utf-8"))
    print((hw1 / "grades.csv").read_text(encoding="utf-8"))
    rows = zip(students.values(), list_of_results(hw1))
    wrong = [kind for kind, row in rows if (kind.status, kind.points) != (row["status"], row["points"])]
    print(f"{len(students)} students, {seconds / len(students):.1f} s each, {len(wrong)} not as expected")


def list_of_results(hw1):
    """Read the results in the order of the students' numbers."""
    return [json.loads(path.read_text()) for path in sorted((hw1 / "results").glob("*.json"))]


if __name__ == "__main__":
    main()
