"""Which form of an explorer a display needs: widgets in a live kernel, or the page's own.

The build of the book sets ``DLBOOK_EXPLORERS`` to a folder. Then a displayed explorer is written there for
the page, and the notebook's output is the place where it will stand. Without it, it is live.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from IPython.display import HTML, display

from dlbook_lib.explore.explorer import Explorer

__all__ = ["show"]

FOLDER = "DLBOOK_EXPLORERS"
LIBRARY = "dlbook_lib.explorers."


def show(explorer: Explorer) -> None:
    """Display an explorer.

    Parameters
    ----------
    explorer : Explorer
        What to display.

    Raises
    ------
    ExportError
        If the page needs it and ``compute`` cannot be exported.
    """
    if FOLDER in os.environ:
        from dlbook_lib.explore.payload import mount, write

        if explorer.compute.__module__.startswith(LIBRARY):  # exported by the build, once for all pages
            address, picture = f"{explorer.name}.json", None
        else:
            file = write(explorer, Path(os.environ[FOLDER]))
            address, picture = file.name, json.loads(file.read_text(encoding="utf-8"))["still"]
        display(HTML(mount(explorer, address, picture)))
    else:
        from dlbook_lib.explore.kernel import live
        from dlbook_lib.explore.kernel_still import show_live

        show_live(live(explorer))
