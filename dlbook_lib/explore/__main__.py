"""Work on explorers from a terminal.

python -m dlbook_lib.explore list
python -m dlbook_lib.explore check convolution ...   (all, if none is named)
python -m dlbook_lib.explore serve convolution       (alone on a page of its own)
"""

from __future__ import annotations

import argparse
import sys

from dlbook_lib import explorers
from dlbook_lib.explore import parity
from dlbook_lib.explore.explorer import Explorer
from dlbook_lib.explore.export import ExportError, export, open_session, run_session


def check(explorer: Explorer) -> bool:
    """Export an explorer and compare torch with ONNX Runtime at all states of the parity gate."""
    try:
        model = export(explorer)
    except ExportError as error:
        print(f"{explorer.name}: {error}")
        return False
    session = open_session(model)
    tried = parity.states(explorer)
    worst = (0.0, "", {})
    for state in tried:
        expected = explorer.evaluate(state)
        explorer.sentence(expected, state)
        error, output = parity.difference(expected, run_session(session, explorer.inputs(state)))
        worst = max(worst, (error, output, state), key=lambda found: found[0])
    fine = worst[0] <= parity.TOLERANCE
    print(
        f"{explorer.name}: {len(model) / 1000:.1f} kB, {len(tried)} states, largest difference {worst[0]:.1e}"
    )
    if not fine:
        print(f"  in {worst[1]} at {worst[2]}")
    return fine


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m dlbook_lib.explore", description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="name all explorers")
    checked = commands.add_parser("check", help="export, and compare torch with ONNX Runtime")
    checked.add_argument("names", nargs="*", help="explorers; all by default")
    served = commands.add_parser("serve", help="show one alone in the browser")
    served.add_argument("name")
    arguments = parser.parse_args()
    try:
        if arguments.command == "list":
            print("\n".join(explorers.names()))
        elif arguments.command == "check":
            return 0 if all([check(explorers.load(n)) for n in arguments.names or explorers.names()]) else 1
        else:
            from dlbook_lib.site.alone import serve

            serve(explorers.load(arguments.name))
    except ValueError as error:
        sys.exit(f"explore: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
