"""Every explorer of the book in the kernel's host: each widget through its range, and no error anywhere."""

import html

import pytest
import torch

from dlbook_lib import explorers
from dlbook_lib.explore.kernel import live

STEPS = 3
BETWEEN = 3


def settle(box, what):
    """Fail where the error line is shown, and compare the sentence with the declaration's own."""
    assert box.error.value == "", what
    values = box.values
    for name, value in values.items():
        box.explorer.controls[name].check(name, value)
    assert "<div" in box.sentence.value, what


def strict(box):
    """Let no exception of compute end in the error line without a word here."""
    inner, found = box.explorer.compute, []

    def compute(**arguments):
        try:
            return inner(**arguments)
        except Exception as error:
            found.append(error)
            raise

    box.explorer.compute = compute
    return found, inner


def places(control, editor, generator):
    """Name values for a control: the ends, and a few between."""
    return [*control.extremes(), *(control.sample(generator) for _ in range(BETWEEN))]


def by_hand(editor, value):
    """Set a value the way a reader does, through the widgets, where there is a way; otherwise directly."""
    kind = editor.control.kind
    if kind == "slider":
        editor.widget.value = repr(value)
    elif kind in ("choice", "toggle", "words"):
        editor.widget.value = value
    elif kind == "noise":
        editor.widget.click()
    elif kind == "points":
        for number, point in enumerate(value):
            editor.which.value = number
            for axis, place in zip(editor.axes, point):
                axis.widget.value = repr(place)
    elif kind == "hover":
        editor.panel.value = value[0]
        for slider, place in zip(editor.cell, value[1:]):
            slider.value = place
    elif kind == "picture" and "example" in value:
        editor.widget.value = value["example"]
    elif kind == "matrix" and [len(value), len(value[0])] == [len(editor.value), len(editor.value[0])]:
        for (row, column), cell in editor.cells.items():
            if row < len(value) and column < len(value[0]):
                cell.value = repr(value[row][column])
    else:
        editor.show(value)
        editor.report()


@pytest.mark.slow
@pytest.mark.parametrize("name", explorers.names())
def test_every_widget_moves_through_its_range(name):
    torch.set_num_threads(1)
    explorer = explorers.load(name)
    box = live(explorer)
    raised, inner = strict(box)
    try:
        settle(box, f"{name} at its start")
        generator = torch.Generator().manual_seed(0)
        for label, editor in box.editors.items():
            for value in places(editor.control, editor, generator):
                by_hand(editor, value)
                settle(box, f"{name} with {label} at {value!s:.80}")
            box.go(explorer.start)
        for label, values in explorer.presets.items():
            box.go(values)
            settle(box, f"{name} at preset {label}")
            assert said(box) == escaped(explorer.sentence(explorer.evaluate(values), values)), label
            for _ in range(STEPS if box.player else 0):
                box.player.step.click()
                settle(box, f"{name}, a step after preset {label}")
        assert raised == []
    finally:
        explorer.compute = inner


def said(box):
    return box.sentence.value.partition(">")[2].rpartition("</div>")[0]


def escaped(text):
    return html.escape(text)
