"""What a live explorer leaves in the notebook's file: its words, and a picture for who has no kernel.

GitHub, nbviewer and nbconvert take them where they find no state of the widgets. The picture follows in an
output of its own, behind a widget that cannot be seen: drawing it takes longer than making the explorer,
which is on the screen by then, and nobody who works live waits for it or sees it.
"""

from __future__ import annotations

import warnings
from base64 import b64encode
from importlib.util import find_spec
from typing import Any

import ipywidgets as widgets
from IPython.display import display

from dlbook_lib.checks import check_type
from dlbook_lib.explore.kernel import Live

__all__ = ["show_live"]

VIEW = "application/vnd.jupyter.widget-view+json"


def show_live(box: Live) -> None:
    """Display a live explorer, and leave its words and a picture of it in the notebook's file.

    Parameters
    ----------
    box : Live
        What to display. Where there is no matplotlib, its words alone are left.

    Raises
    ------
    TypeError
        If ``box`` is not live.

    Warns
    -----
    UserWarning
        If a figure holds something that cannot be printed; the explorer works all the same.
    """
    check_type("box", box, Live, "a live explorer")
    display(_bundle(box, box.said()), raw=True)
    if find_spec("matplotlib") is None or box.outputs is None:
        return
    from dlbook_lib.explore.still import size, still

    try:
        picture = still(box.explorer, box.values, outputs=box.outputs)
    except ValueError as error:
        warnings.warn(f"the notebook keeps no picture of {box.explorer.name}: {error}", stacklevel=2)
        return
    width, height = size(picture)
    alt = box.explorer.sentence(box.outputs, box.values)
    unseen = widgets.HTML(layout=widgets.Layout(display="none"))
    display(
        _bundle(unseen, "") | {"image/png": b64encode(picture).decode()},
        raw=True,
        metadata={"image/png": {"alt": alt, "width": width, "height": height}},
    )


def _bundle(widget: widgets.Widget, text: str) -> dict[str, Any]:
    """Describe a widget, and the text that stands for it where there are none, by type."""
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    return {"text/plain": text, VIEW: view}
