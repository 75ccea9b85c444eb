"""Exercises that check themselves, and a grader that cannot be fooled.

    recording   record() and stream(): what the hidden test of an exercise calls

Importing this package loads neither nbgrader nor torch: a notebook of exercises needs only these two names.
"""

from dlbook_lib.teach.recording import record, stream

__all__ = ["record", "stream"]
