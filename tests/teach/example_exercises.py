"""A small notebook of exercises, in numpy alone so that its kernel starts quickly: ``build()``."""

from nbformat import v4

TITLE = (
    "# Exercises: an example\n\nThree functions and a sentence, for the tests of the grader. A minute each."
)
SETUP = "import numpy as np"
HIDDEN = """### BEGIN HIDDEN TESTS
from dlbook_lib.teach import record
from dlbook_lib.teach.recording import stream_seed

draw = np.random.default_rng(stream_seed("{name}"))
{body}
### END HIDDEN TESTS"""

EXERCISES = [
    (
        "huber",
        "## Exercise 1: the Huber loss ★\n\nSquares small residuals and takes large ones as they are: "
        "$\\frac12 r^2$ where $|r| \\le \\delta$, else $\\delta(|r| - \\frac12\\delta)$. "
        "`huber(r, delta)` takes an array and returns one of its shape.",
        'def huber(r, delta):\n    """Return the loss of each residual."""\n    ### BEGIN SOLUTION\n'
        "    size = np.abs(r)\n"
        "    return np.where(size <= delta, size**2 / 2, delta * (size - delta / 2))\n    ### END SOLUTION",
        'value = huber(np.array([0.5, -3.0]), 1.0)\nassert value.shape == (2,), f"one loss for each '
        'residual, not shape {value.shape}"\nassert np.allclose(value, [0.125, 2.5]), f"for residuals '
        '0.5 and -3 the losses are 0.125 and 2.5, not {value}"',
        "residuals = 3 * draw.standard_normal((4, 5))\n"
        'record("random residuals", huber(residuals, 1.0))\n'
        'record("another delta", huber(residuals, 0.3))\n'
        'record("no residuals", huber(np.zeros(0), 1.0))',
        2,
    ),
    (
        "standardize",
        "## Exercise 2: mean 0, deviation 1 ★\n\n`standardize(x)` takes a table of shape $(N, D)$ and "
        "returns it with every column shifted and scaled to mean 0 and standard deviation 1.",
        'def standardize(x):\n    """Return x with standardized columns."""\n    ### BEGIN SOLUTION\n'
        "    return (x - x.mean(axis=0)) / x.std(axis=0)\n    ### END SOLUTION",
        "table = standardize(np.array([[0.0, 5.0], [2.0, 1.0]]))\n"
        'assert np.allclose(table.mean(axis=0), 0), f"column means are {table.mean(axis=0)}, not 0"\n'
        'assert np.allclose(table.std(axis=0), 1), f"deviations are {table.std(axis=0)}, not 1"',
        'record("random table", standardize(draw.standard_normal((6, 3)) * 4 + 2))',
        2,
    ),
    (
        "nearest",
        "## Exercise 3: the nearest centre ★★\n\n`nearest(x, centres)` takes points $(N, D)$ and centres "
        "$(K, D)$ and returns, for each point, the index of the centre that lies nearest, shape $(N,)$.",
        'def nearest(x, centres):\n    """Return the index of the centre nearest to each point."""\n'
        "    ### BEGIN SOLUTION\n"
        "    gap = x[:, None, :] - centres[None, :, :]\n"
        "    return (gap**2).sum(axis=-1).argmin(axis=-1)\n    ### END SOLUTION",
        "found = nearest(np.array([[0.0, 0.0], [4.0, 4.0]]), np.array([[5.0, 5.0], [1.0, 0.0]]))\n"
        'assert np.array_equal(found, [1, 0]), f"the origin is nearest to centre 1, (4, 4) to centre 0; '
        'not {found}"',
        "labels = draw.integers(0, 3, 60)\n"
        "centres = np.array([[0.0, 0.0], [6.0, 0.0], [0.0, 6.0]])\n"
        "points = centres[labels] + 0.5 * draw.standard_normal((60, 2))\n"
        'record("clouds", nearest(points, centres), accuracy=(labels, 0.9))\n'
        'record("nine centres", nearest(points, draw.standard_normal((9, 2)) * 4))',
        3,
    ),
]
WRITTEN = (
    "### BEGIN SOLUTION\nA squared outlier outweighs all other residuals together; "
    "the Huber loss bounds its pull by $\\delta$.\n### END SOLUTION"
)


def grader(name, **fields):
    """Six keys, and the points of a graded cell."""
    plain = {
        "grade": False,
        "grade_id": name,
        "locked": False,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }
    return plain | fields


def cell(make, source, name, tags=(), nbgrader=None):
    """A cell with a readable id."""
    made = make(source, id=name)
    if tags:
        made.metadata["tags"] = list(tags)
    if nbgrader:
        made.metadata["nbgrader"] = nbgrader
    return made


def build():
    """The whole notebook."""
    code, text = v4.new_code_cell, v4.new_markdown_cell
    cells = [
        cell(text, TITLE, "title"),
        cell(code, SETUP, "setup", nbgrader=grader("setup", locked=True)),
    ]
    for name, statement, answer, visible, hidden, points in EXERCISES:
        folded = cell(code, answer, name, ["hide-input"], grader(name, solution=True))
        folded.metadata["mystnb"] = {"code_prompt_show": "Show solution"}
        test = {"grade": True, "locked": True}
        cells += [
            cell(text, statement, f"{name}-statement"),
            folded,
            cell(code, visible, f"{name}-visible", nbgrader=grader(f"{name}-visible", points=1, **test)),
            cell(
                code,
                HIDDEN.format(name=name, body=hidden),
                f"{name}-hidden",
                ["remove-cell"],
                grader(f"{name}-hidden", points=points, **test),
            ),
        ]
    cells += [
        cell(
            text,
            "## Exercise 4: why not squares? ★\n\nSay in a sentence what an outlier does.",
            "why-statement",
        ),
        cell(text, WRITTEN, "why", nbgrader=grader("why", solution=True, grade=True, points=2)),
    ]
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return v4.new_notebook(cells=cells, metadata=metadata)
