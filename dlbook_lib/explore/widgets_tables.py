"""The widgets of tables and pictures in a notebook."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets
import numpy as np
import torch
from PIL import Image, ImageOps

from dlbook_lib.explore.arrays import pack
from dlbook_lib.explore.tables import Matrix, Picture
from dlbook_lib.explore.widgets import Editor, beside, note, short, tell, typed

__all__ = ["EDITORS", "read_picture"]

CELL, LEAST = "48px", "34px"  # width of a cell where there is room, and where there is little
OWN = "your own"


class MatrixEditor(Editor):
    """A cell for each number; what is no number is named, and the last good one stays."""

    control: Matrix

    def _build(self):
        self.cells: dict[tuple[int, int], widgets.Text] = {}
        self.past: list[list[list[float]]] = []
        self.grid, self.message = widgets.GridBox(), note("0px")
        self.buttons = {"undo": _button("Undo", self._undo)}
        if self.control.largest:
            for text, way in {
                "+ row": (1, 0),
                "− row": (-1, 0),
                "+ column": (0, 1),
                "− column": (0, -1),
            }.items():
                self.buttons[text] = _button(text, lambda way=way: self._resize(*way))
        buttons = widgets.HBox(list(self.buttons.values()), layout=widgets.Layout(flex_flow="row wrap"))
        box = beside(self.label, widgets.VBox([self.grid, buttons, self.message]), self.indent)
        box.layout.flex_flow = "row wrap"  # a wide table goes below its label
        return box

    def show(self, value):
        """Take a value from elsewhere; what came before cannot be undone here."""
        self.past.clear()
        super().show(value)

    def _draw(self):
        rows, columns = len(self.value), len(self.value[0])
        places = [(row, column) for row in range(rows) for column in range(columns)]
        for row, column in places:
            self._cell(row, column).value = short(self.value[row][column])
        self.grid.children = [self.cells[place] for place in places]
        self.grid.layout.grid_template_columns = f"repeat({columns}, minmax({LEAST}, {CELL}))"
        self._enable()
        tell(self.message, "")

    def _cell(self, row: int, column: int) -> widgets.Text:
        if (row, column) not in self.cells:
            layout = widgets.Layout(width="auto", margin="0")
            cell = widgets.Text(continuous_update=False, layout=layout)
            if cell.has_trait("tooltip"):  # ipywidgets 8
                cell.tooltip = f"{self.label}, row {row + 1}, column {column + 1}"
            self._watch(cell, lambda text: self._read(row, column, text))
            self.cells[row, column] = cell
        return self.cells[row, column]

    def _read(self, row: int, column: int, text: str) -> None:
        """Take what was typed into a cell, or say why not."""
        rows = [list(numbers) for numbers in self.value]
        try:
            rows[row][column] = typed(text)
            self.control.check("cell", rows)
        except ValueError:
            low, high, stays = (
                short(n) for n in (self.control.low, self.control.high, self.value[row][column])
            )
            place = f"Row {row + 1}, column {column + 1}"
            tell(
                self.message, f"{place} needs a number from {low} to {high}, not “{text}”; it stays {stays}."
            )
            return
        tell(self.message, "")
        if rows[row][column] != self.value[row][column] and text != short(self.value[row][column]):
            self._take(rows)

    def _take(self, rows: list[list[float]]) -> None:
        self.past.append(self.value)
        self._put(rows)

    def _put(self, rows: list[list[float]]) -> None:
        """Show rows without forgetting the past, and report."""
        super().show(rows)
        self.report()

    def _undo(self) -> None:
        if self.past:
            self._put(self.past.pop())

    def _resize(self, rows: int, columns: int) -> None:
        table = np.array(self.value)
        grown = np.zeros((table.shape[0] + rows, table.shape[1] + columns)).clip(
            self.control.low, self.control.high
        )
        kept = tuple(min(pair) for pair in zip(table.shape, grown.shape))
        grown[: kept[0], : kept[1]] = table[: kept[0], : kept[1]]
        self._take(grown.tolist())

    def _enable(self) -> None:
        """Switch off what cannot be done now."""
        self.buttons["undo"].disabled = not self.past
        for text, size in (("row", len(self.value)), ("column", len(self.value[0]))):
            if self.control.largest:
                self.buttons[f"+ {text}"].disabled = size == self.control.largest
                self.buttons[f"− {text}"].disabled = size == 1


class PictureEditor(Editor):
    """A list of examples, and the reader's own picture from a file."""

    control: Picture

    def _build(self):
        self.widget = widgets.Dropdown(options=list(self.control.examples), **self._style())
        self.own, self.message = None, note(self.indent)
        self._watch(self.widget, lambda label: self.move(self.own if label == OWN else {"example": label}))
        parts = [self.widget]
        if self.control.upload:
            self.upload = widgets.FileUpload(
                accept="image/*", description="Open a picture", layout=widgets.Layout(width="auto")
            )
            self._watch(self.upload, self._open)
            parts.append(beside("", self.upload, self.indent))
        if self.control.paint:
            parts.append(line := note(self.indent))
            tell(line, "You can paint on it on the website.")
        return widgets.VBox([*parts, self.message])

    def _draw(self):
        own = "example" not in self.value
        if own:
            self.own = self.value
        options = [*self.control.examples, *([OWN] if self.own else [])]
        if list(self.widget.options) != options:
            self.widget.options = options
        self.widget.value = OWN if own else self.value["example"]
        tell(self.message, "")

    def move(self, value):
        """Take what the reader did, and say what is to be said about it."""
        tell(self.message, "")
        super().move(value)

    def _open(self, files: Any) -> None:
        """Read the file that was uploaded."""
        if not files:
            return
        file = next(iter(files.values())) if isinstance(files, dict) else files[0]  # ipywidgets 7 and 8
        if not isinstance(files, dict):
            self.upload.value = ()  # so that the same file can be opened again
        try:
            picture = read_picture(bytes(file["content"]), self.control.shape)
        except ValueError as error:
            tell(self.message, str(error))
            return
        self.show({"pixels": pack(picture)["data"]})
        self.report()


def read_picture(content: bytes, shape: tuple[int, int, int]) -> torch.Tensor:
    """Read a picture file, cut its middle out and scale it.

    Parameters
    ----------
    content : bytes
        A file of any kind and size that Pillow reads.
    shape : tuple of int
        Wanted channels (1 or 3), height and width.

    Returns
    -------
    Tensor of shape (C, H, W)
        Values from 0 to 1, upright; what is transparent becomes white.

    Raises
    ------
    ValueError
        If the file is no picture, or a broken one.
    """
    channels, height, width = shape
    try:
        with Image.open(io.BytesIO(content)) as file:
            picture = ImageOps.exif_transpose(file)
            if picture.mode.startswith(("I", "F")):  # 16 bits and more
                levels = np.asarray(picture, dtype=np.float64)
                top = next(top for top in (1, 255, 65535, levels.max()) if levels.max() <= top)
                picture = Image.fromarray((255 * levels / top).clip(0, 255).astype(np.uint8))
            picture = picture.convert("RGBA")
    except Exception as error:  # Pillow raises many kinds, SyntaxError among them
        raise ValueError("This file is no picture that can be read; try a PNG or a JPEG.") from error
    paper = Image.new("RGBA", picture.size, "white")
    picture = Image.alpha_composite(paper, picture).convert("L" if channels == 1 else "RGB")
    picture = ImageOps.fit(picture, (width, height), Image.Resampling.BILINEAR)
    levels = torch.from_numpy(np.asarray(picture, dtype=np.float32) / 255)
    return levels[None] if channels == 1 else levels.permute(2, 0, 1).contiguous()


def _button(text: str, do: Callable[[], None]) -> widgets.Button:
    button = widgets.Button(description=text, layout=widgets.Layout(width="auto"))
    button.on_click(lambda _: do())
    return button


EDITORS = {"matrix": MatrixEditor, "picture": PictureEditor}
