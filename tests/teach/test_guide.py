"""The command line: what the guide tells an instructor to type is understood, and mistakes are answered."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from dlbook_lib.teach.__main__ import COMMANDS, main, parser

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "reference" / "instructors.md").read_text(encoding="utf-8")
TYPED = re.findall(r"^dlbook .+$", GUIDE, re.M)


@pytest.mark.parametrize("line", TYPED)
def test_a_command_of_the_guide_is_understood(line):
    words = shlex.split(line)[1:]
    assert parser().parse_args(words).command == words[0]


def test_the_guide_shows_every_command_and_status():
    assert {line.split()[1] for line in TYPED} | {"feedback"} == set(COMMANDS)
    for status in ("graded", "review", "crashed", "tampered", "unreadable"):
        assert f"| **{status}** |" in GUIDE


def test_every_option_of_the_guide_exists():
    known = {option for command in COMMANDS for option in _options(command)}
    assert set(re.findall(r"`(--[a-z-]+)", GUIDE)) <= known


def _options(command):
    action = next(action for action in parser()._actions if action.dest == "command")
    return [option for made in action.choices[command]._actions for option in made.option_strings]


@pytest.mark.parametrize("command", ["collect", "grade", "export", "feedback"])
def test_without_an_assignment_it_says_what_to_do(command, tmp_path, capsys):
    more = {"collect": ["x.zip"], "export": [str(tmp_path / "x.csv")]}.get(command, [])
    (tmp_path / "x.csv").write_text("Student,ID\n")
    assert main([command, str(tmp_path / "hw1"), *more]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"dlbook {command}: ")
    assert "run `dlbook release` first" in said


def test_help_does_not_wait_for_nbgrader_or_torch():
    code = (
        "import sys, dlbook_lib.teach.__main__; print(*{'torch', 'nbgrader', 'nbconvert'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not ran.stdout.split()
