"""The editors of tables, pictures, words, points and sliders: what they take, refuse and name."""

import datetime
import io

import numpy as np
import pytest
import torch
from PIL import Image

from dlbook_lib.explore import Hover, Matrix, Picture, Points, Slider, Words
from dlbook_lib.explore.arrays import unpack
from dlbook_lib.explore.widgets_places import HoverEditor, PointsEditor, WordsEditor
from dlbook_lib.explore.widgets_sliders import SliderEditor
from dlbook_lib.explore.widgets_tables import MatrixEditor, PictureEditor, read_picture

PICTURES = {"dark": torch.zeros(1, 4, 4), "bright": torch.ones(1, 4, 4)}


def edit(kind, control, **options):
    """Make an editor that keeps what it reports."""
    editor = kind("name", control, **options)
    editor.reported = []
    editor.report = lambda: editor.reported.append(editor.value)
    return editor


@pytest.fixture
def table():
    return edit(MatrixEditor, Matrix([[1.0, 2], [3, 4]], largest=3, low=-9, high=9))


def test_a_table_takes_numbers_in_any_spelling(table):
    for text, number in {"−2,5": -2.5, " 3 ": 3, "1e-3": 0.001, "-9": -9}.items():
        table.cells[0, 1].value = text
        assert table.value == [[1, number], [3, 4]]
        assert table.message.layout.display == "none"
    assert len(table.reported) == 4


@pytest.mark.parametrize("text", ["two", "", "nan", "inf", "10", "<b>"])
def test_a_table_names_what_is_no_number_and_keeps_the_last_one(table, text):
    table.cells[1, 0].value = text
    assert table.value == [[1, 2], [3, 4]]
    assert table.reported == []
    shown = text.replace("<", "&lt;").replace(">", "&gt;")
    assert f"Row 2, column 1 needs a number from −9 to 9, not “{shown}”; it stays 3." in table.message.value
    table.cells[0, 0].value = "5"  # another cell does not take the bad text along
    assert table.value == [[5, 2], [3, 4]]


def test_a_table_keeps_digits_that_its_cells_do_not_show(table):
    table.show([[1 / 3, 2], [3, 4]])
    assert table.cells[0, 0].value == "0.3333"
    table.cells[0, 1].value = "0"
    assert table.value == [[1 / 3, 0], [3, 4]]
    assert table.reported == [table.value]


def test_a_table_grows_shrinks_and_takes_it_back(table):
    for button, value in (
        ("+ column", [[1, 2, 0], [3, 4, 0]]),
        ("+ row", [[1, 2, 0], [3, 4, 0], [0, 0, 0]]),
        ("− column", [[1, 2], [3, 4], [0, 0]]),
        ("− row", [[1, 2], [3, 4]]),
        ("− row", [[1, 2]]),
    ):
        table.buttons[button].click()
        assert table.value == value
        assert [cell.value for cell in table.grid.children] == [f"{n:g}" for row in value for n in row]
        assert table.buttons["+ column"].disabled is (len(value[0]) == 3)
        assert table.buttons["− row"].disabled is (len(value) == 1)
    for _ in range(5):
        table.buttons["undo"].click()
    assert table.value == [[1, 2], [3, 4]]
    assert table.buttons["undo"].disabled
    assert len(table.reported) == 10


def test_a_table_of_fixed_size_has_no_such_buttons():
    assert list(edit(MatrixEditor, Matrix([[0.0]])).buttons) == ["undo"]


def test_new_cells_lie_in_the_range():
    table = edit(MatrixEditor, Matrix([[2.0]], largest=2, low=1, high=3))
    table.buttons["+ row"].click()
    assert table.value == [[2], [1]]


def png(array, mode=None, **options):
    file = io.BytesIO()
    Image.fromarray(array, mode).save(file, "PNG", **options) if mode else Image.fromarray(array).save(
        file, "PNG"
    )
    return file.getvalue()


@pytest.mark.parametrize("size", [(40, 40), (8, 32), (32, 8), (1, 1), (600, 400)])
@pytest.mark.parametrize("channels", [1, 3])
def test_pictures_of_any_size_fit(size, channels):
    level = np.random.default_rng(0).integers(256)
    picture = read_picture(png(np.full((*size, 3), level, dtype=np.uint8)), (channels, 6, 4))
    assert picture.shape == (channels, 6, 4)
    assert torch.allclose(picture, torch.tensor(level / 255).float(), atol=1e-6)


def test_a_picture_keeps_its_middle_and_its_depth():
    wide = np.zeros((4, 12), dtype=np.uint8)
    wide[:, 4:8] = [[0, 50, 100, 200]] * 4
    assert torch.equal(read_picture(png(wide), (1, 4, 4))[0], torch.tensor(wide[:, 4:8] / 255).float())
    deep = np.full((4, 4), 32768, dtype=np.uint16)
    assert torch.allclose(read_picture(png(deep), (1, 4, 4)), torch.tensor(0.5), atol=0.01)
    clear = np.zeros((4, 4, 4), dtype=np.uint8)
    assert torch.equal(read_picture(png(clear), (3, 4, 4)), torch.ones(3, 4, 4))


def upload(editor, content):
    if isinstance(editor.upload.value, dict):  # ipywidgets 7
        editor.upload.set_trait("value", {"a": {"metadata": {"name": "a"}, "content": content}})
    else:
        file = {
            "name": "a",
            "type": "",
            "size": 1,
            "content": memoryview(content),
            "last_modified": datetime.datetime.now(),
        }
        editor.upload.value = (file,)


def test_an_uploaded_picture_is_used_and_a_broken_one_named():
    editor = edit(PictureEditor, Picture(PICTURES))
    upload(editor, png(np.full((9, 9), 51, dtype=np.uint8)))
    own = editor.value
    assert torch.allclose(unpack({"shape": [1, 4, 4], "data": own["pixels"]}), torch.tensor(0.2))
    assert (editor.reported, editor.widget.value) == ([own], "your own")
    good = png(np.random.default_rng(0).integers(0, 255, (64, 64), dtype=np.uint8))
    for broken in (b"", b"no picture", good[:200], good[:-30]):
        upload(editor, broken)
        assert "This file is no picture that can be read" in editor.message.value
        assert editor.value == own
    editor.widget.value = "bright"
    assert editor.message.value == ""
    editor.widget.value = "your own"
    assert editor.reported == [own, {"example": "bright"}, own]


def test_words_that_are_not_known_or_too_many_are_named():
    editor = edit(WordsEditor, Words(["<pad>", "<unk>", "the", "cat"], "the cat", length=3))
    assert editor.message.value == ""
    editor.widget.value = "Dog <b> dog the cat"
    assert "Unknown: dog, &lt;, b." in editor.message.value
    assert "Only the first 3 words are used." in editor.message.value
    editor.show("cat")
    assert (editor.message.value, editor.reported) == ("", ["Dog <b> dog the cat"])


def test_a_click_brings_the_nearest_point_measured_in_the_panel():
    editor = edit(PointsEditor, Points([[0.0, 0], [1, 100]], panel="p", x=(0, 1), y=(0, 100)))
    editor.which.value = 1
    editor.bring(0.1, 80)  # in numbers the second is nearer, in the panel the first
    assert editor.value == [[0.1, 80], [1, 100]]
    assert [axis.value for axis in editor.axes] == [0.1, 80]
    editor.bring(-5, 500)  # no further than the range
    assert editor.value == [[0, 100], [1, 100]]
    assert (editor.which.value, len(editor.reported)) == (0, 2)


def test_a_single_point_needs_no_list():
    editor = edit(PointsEditor, Points([[0.5, 0.5]], panel="p", x=(0, 1), y=(0, 1), names=["centre"]))
    assert [axis.slider.description for axis in editor.axes] == ["centre: x", "centre: y"]
    assert editor.which not in editor.box.children


def test_a_cell_stays_inside_each_panel():
    control = Hover(("big", "small"), (0, 5, 4), sizes={"big": (6, 5), "small": (2, 1)})
    editor = edit(HoverEditor, control)
    editor.panel.value = 1
    assert editor.value == [1, 1, 0]
    assert [slider.max for slider in editor.cell] == [1, 1]
    assert editor.cell[1].layout.display == "none"  # there is one column only
    editor.point(1, 99, 0)
    assert editor.reported == [[1, 1, 0]]
    editor.point(0, 5, 4)
    assert [slider.value for slider in editor.cell] == [5, 4]
    editor.show([1, 0, 0])  # the sliders become shorter on the way
    assert (editor.value, len(editor.reported)) == ([1, 0, 0], 2)


@pytest.mark.parametrize(
    ("slider", "stop", "number", "shown"),
    [
        (Slider(0, 1, 0.5), 1, 0.005, "0.005"),
        (Slider(-1000, 1000, 0), 1, -990, "−990"),
        (Slider(0, 1, 0.5, step=0.25), 3, 0.75, "0.75"),
        (Slider(0, 1e-6, 0), 1, 5e-9, "5e−09"),
        (Slider(0, 1, 0.5, step=0.3), 3, 0.9, "0.9"),
        (Slider(0, 1, 0.5, step=0.3), 4, 1, "1"),  # the end, though no whole number of steps leads there
        (Slider(2, 9, 7, integer=True), 3, 5, "5"),
        (Slider(0.01, 100, 1, log=True), 101, 1.047, "1.047"),
    ],
)
def test_a_stop_stands_for_a_number_of_few_digits(slider, stop, number, shown):
    editor = edit(SliderEditor, slider)
    editor.slider.value = stop
    assert (editor.value, editor.widget.value) == (number, shown)
    assert isinstance(editor.value, int) or not slider.integer
    assert (editor.slider.value, editor.reported) == (stop, [number])


@pytest.mark.parametrize(
    "slider",
    [
        Slider(0.05, 20, 1, log=True),
        Slider(0.07, 0.3, 0.1, log=True),
        Slider(1e-5, 1e-2, 1e-3, log=True),
        Slider(0.9, 1.1, 1, log=True),
        Slider(1, 5000, 7, log=True, integer=True),
        Slider(0, 1.7, 1),
        Slider(-3, 3, 0, integer=True),
        Slider(0, 1, 0.5, step=0.3),
        Slider(2, 2, 2),
    ],
)
def test_every_stop_is_found_again_and_the_ends_are_exact(slider):
    editor = edit(SliderEditor, slider)
    for stop in range(editor.slider.max + 1):
        number = editor.number(stop)
        slider.check("number", number)
        editor.show(number)
        if not (slider.integer and slider.log):  # there several stops stand for one whole number
            assert editor.slider.value == stop or slider.low == slider.high
    assert (editor.number(0), editor.number(editor.slider.max)) == (slider.low, slider.high)
    assert editor.reported == []


def test_what_stands_between_the_stops_stays_until_the_reader_moves_it():
    editor = edit(SliderEditor, Slider(0.05, 20, 1.5, log=True))
    for value in (1.5, 30 / 7, 0.123456789):
        editor.show(value)
        assert isinstance(editor.slider.value, int)  # which a front end sends back as it got it
        editor.slider.value = int(editor.slider.value)
        editor.widget.value = str(editor.widget.value)
        assert editor.value == value
    assert editor.reported == []
    editor.widget.value = " 2,25 "
    editor.widget.value = "2.25"
    assert (editor.value, editor.reported) == (2.25, [2.25])


@pytest.mark.parametrize("text", ["two", "", "nan", "inf", "20.1", "−1", "1e400", "<b>"])
def test_a_field_names_what_is_no_number_of_the_range(text):
    editor = edit(SliderEditor, Slider(0.05, 20, 1, log=True))
    editor.widget.value = text
    shown = text.replace("<", "&lt;").replace(">", "&gt;")
    assert f"This must be a number from 0.05 to 20, not “{shown}”; it stays 1." in editor.message.value
    assert (editor.value, editor.reported) == (1, [])
    editor.slider.value = editor.slider.max
    assert (editor.message.value, editor.widget.value, editor.value) == ("", "20", 20)


def test_a_field_of_whole_numbers_takes_no_others():
    editor = edit(SliderEditor, Slider(1, 9, 3, integer=True))
    editor.widget.value = "4.5"
    assert "This must be a whole number from 1 to 9, not “4.5”; it stays 3." in editor.message.value
    editor.widget.value = "5.0"
    assert (editor.value, type(editor.value), editor.reported) == (5, int, [5])


def test_marks_stand_where_their_values_are():
    slider = Slider(0.01, 100, 1, log=True, marks={0.01: "least", 1: "one <", 100: "most"})
    marks = edit(SliderEditor, slider).box.children[1].value
    for place in ("left:0.0%", "left:50.0%", "left:100.0%", "one &lt;"):
        assert place in marks


def test_marks_do_not_lie_over_each_other():
    marks = {0: "along w₂", 90: "along w₁", 180: "across"}
    shown = edit(SliderEditor, Slider(0, 180, 0, marks=marks)).box.children[1].value
    assert [text in shown for text in marks.values()] == [True, False, True]
    lone = edit(SliderEditor, Slider(0, 180, 0, marks={180: "most"})).box.children[1].value
    assert lone.count("<span") == 1
