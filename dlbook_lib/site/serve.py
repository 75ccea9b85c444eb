"""Show the finished site on this machine: ``make serve``, or ``PORT=9000 make serve``."""

from __future__ import annotations

import functools
import os
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from dlbook_lib.site.vendor import ROOT

SITE = ROOT / "_build" / "html"
FIRST_PORT = 8000
TRIES = 20


class Quiet(SimpleHTTPRequestHandler):
    """Serve files without a line of log for each."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".mjs": "text/javascript"}

    def log_message(self, format: str, *args) -> None:
        """Say nothing."""


def open_server(port: int = 0, *, tries: int = 1, folder: Path | None = None) -> ThreadingHTTPServer:
    """Bind a folder to a port of this machine, or to the first free one after it.

    Parameters
    ----------
    port : int
        From 1 to 65535, or 0 for any free port.
    tries : int
        How many ports to try.
    folder : Path, optional
        What to serve; the site by default.

    Returns
    -------
    ThreadingHTTPServer
        Bound, not yet serving.

    Raises
    ------
    OSError
        If none of the ports is free.
    """
    handler = functools.partial(Quiet, directory=str(folder or SITE))
    for candidate in range(port, port + tries):
        try:
            return ThreadingHTTPServer(("127.0.0.1", candidate), handler)
        except OSError as error:
            problem = error
    raise problem


def main() -> None:
    """Serve until interrupted."""
    if not (SITE / "index.html").exists():
        sys.exit("serve: there is no site yet: run `make book`")
    asked = os.environ.get("PORT", "")
    if asked and not (asked.isdecimal() and 1 <= int(asked) <= 65535):
        sys.exit(f"serve: PORT must be a number from 1 to 65535, got {asked!r}")
    try:
        server = open_server(int(asked)) if asked else open_server(FIRST_PORT, tries=TRIES)
    except OSError as error:
        sys.exit(f"serve: no free port ({error.strerror}): name one with PORT=9000 make serve")
    print(f"serve: http://localhost:{server.server_address[1]} (stop with Ctrl+C)", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    main()
