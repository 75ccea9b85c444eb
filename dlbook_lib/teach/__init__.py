"""Exercises that check themselves, and a grader that cannot be fooled.

    recording   record() and stream(): what the hidden test of an exercise calls
    overview    progress(): which exercises of one's own notebook are right
    cells       the form of an exercise notebook
    box         namespaces and limits around one submission
    kernel      the process in the box, which runs the cells
    run         starts it, watches it, goes on without a cell that had to be stopped
    repair      finds a student's answers and puts them among our tests
    judge       compares recorded values, in a process that has run no submission
    marking     points and status
    worker      one student, from files to result
    course      an assignment's folder, and nbgrader's course in it
    release, collect, grade, export, feedback   the commands of `dlbook`

Importing this package loads neither nbgrader nor torch: a notebook of exercises needs only three names.
"""

from dlbook_lib.teach.overview import progress
from dlbook_lib.teach.recording import record, stream

__all__ = ["progress", "record", "stream"]
