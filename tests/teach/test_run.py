"""Running cells: what they leave behind is killed, and the rest of the notebook keeps its results."""

import os
import time

import psutil
import pytest

from dlbook_lib.teach import box
from dlbook_lib.teach.box import Limits, has_box
from dlbook_lib.teach.run import run_cells

pytestmark = pytest.mark.slow  # each starts processes
LIMITS = Limits(cell_seconds=2, seconds=30, memory=2**29, disk=2**23, processes=40)


@pytest.fixture(params=["boxed", "not boxed"])
def anywhere(request, monkeypatch):
    """Both ways of running."""
    has_box.cache_clear()
    monkeypatch.delenv(box.BOX, raising=False)
    if request.param == "not boxed":
        monkeypatch.setenv(box.BOX, "no")
    elif not has_box():
        pytest.skip("no namespaces here")
    yield request.param
    has_box.cache_clear()


def run(*cells, **options):
    return run_cells(list(cells), seed=0, limits=LIMITS, **options)


def test_results_of_cells(anywhere):
    found = run("print('hm')", "1 / 0", "raise SystemExit(3)", "x = = 1", "print(2)")
    errors = [found.cells[i].error for i in range(5)]
    assert found.whole
    assert errors[:3] == [None, "ZeroDivisionError: division by zero", "SystemExit: 3"]
    assert errors[3].startswith("SyntaxError: invalid syntax")
    assert (found.cells[0].printed, found.cells[4].printed) == ("hm\n", "2\n")


def test_values_come_back(anywhere):
    code = "from dlbook_lib.teach import record\nrecord('one', [1.5, True])"
    found = run("import numpy", code)
    assert len(found.records) == 1
    assert found.cells[1].records == tuple(found.records)


def test_the_seed_reaches_the_stream(anywhere):
    code = "from dlbook_lib.teach.recording import stream_seed\nprint(stream_seed('x'))"
    first, second = (run_cells([code], seed=seed, limits=LIMITS).cells[0].printed for seed in (1, 2))
    assert first != second


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("while True: pass", "it did not end within 2 s"),
        ("import os; os._exit(0)", "the process ended in this cell"),
        ("import os; os.kill(os.getpid(), 9) or os._exit(1)", "the process ended in this cell"),
    ],
)
def test_a_cell_that_is_stopped_costs_only_itself(anywhere, code, why):
    found = run("x = 1", code, "print(x)")
    assert found.whole
    assert (found.cells[1].error, found.cells[1].killed) == (why, True)
    assert found.cells[2].printed == "1\n"


def test_what_escapes_from_the_group_is_killed(anywhere):
    """A grandchild in a session of its own lives as long as the submission, not longer."""
    mark = f"escaped-{os.getpid()}"
    code = (
        "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', "
        f"'import time; time.sleep(100)', {mark!r}], start_new_session=True)"
    )
    run("1", code)
    time.sleep(0.2)
    left = [p for p in psutil.process_iter(["cmdline", "status"]) if mark in (p.info["cmdline"] or [])]
    assert not [p for p in left if p.info["status"] != psutil.STATUS_ZOMBIE]


def test_tests_of_one_exercise_are_left_out_together(anywhere):
    found = run("1", "while True: pass", "print('not reached')", "print(3)", together={1: [2]})
    assert found.cells[2].killed
    assert found.cells[3].printed == "3\n"


def test_the_submission_as_a_whole_ends(anywhere):
    cells = ["1", *["while True: pass"] * 20]
    began = time.monotonic()
    found = run_cells(cells, seed=0, limits=Limits(cell_seconds=2, seconds=5))
    assert time.monotonic() - began < 15
    assert not found.whole


@pytest.mark.skipif(not has_box(), reason="no namespaces here")
def test_what_a_box_shows():
    code = (
        "import os\nfrom pathlib import Path\nimport dlbook_lib\n"
        "beside = {path.name for path in Path(dlbook_lib.__file__).parents[1].iterdir()}\n"
        "print(beside & {'chapters', 'tests'})\n"
        "print(os.path.exists('/etc/shadow'), sum(name.isdigit() for name in os.listdir('/proc')))"
    )
    assert run("1", code).cells[1].printed == "set()\nFalse 1\n"


@pytest.mark.skipif(not has_box(), reason="no namespaces here")
@pytest.mark.parametrize(
    "code",
    [
        "open('/somewhere', 'w')",
        "import dlbook_lib; open(dlbook_lib.__file__, 'a')",
        "import socket; socket.create_connection(('192.0.2.1', 80), 0.5)",
        "import os; os.setuid(0)",
        "import subprocess; subprocess.run(['mount', '-o', 'remount,rw', '/'], check=True)",
    ],
)
def test_what_a_box_forbids(code):
    assert run("1", code).cells[1].error
