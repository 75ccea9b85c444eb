"""Every public object is documented as numpydoc asks, and its maths survives in ``help()``."""

import importlib
import inspect
import re
from pathlib import Path

import pytest
from numpydoc.validate import validate

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = ROOT / "dlbook_lib"
NOT_ASKED = {
    "ES01",
    "SA01",
    "GL01",
    "RT02",
    "EX01",
}  # extended summary, see also, layout, return names, examples everywhere


def public_objects() -> list[str]:
    """The dotted path of everything that a module's ``__all__`` names, and of the methods of its classes."""
    names = []
    for path in sorted(LIBRARY.rglob("*.py")):
        dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if dotted.startswith("dlbook_lib.site"):
            continue  # the build's own machinery: docstrings, but no numpydoc sections
        module = importlib.import_module(dotted)
        for name in getattr(module, "__all__", ()):
            thing = getattr(module, name)
            if getattr(thing, "__module__", None) != dotted or not callable(thing):
                continue
            names.append(f"{dotted}.{name}")
            if inspect.isclass(thing):
                names += [
                    f"{dotted}.{name}.{member}"
                    for member, value in vars(thing).items()
                    if inspect.isfunction(value)
                    and not member.startswith("_")
                    and (value.__doc__ or not any(hasattr(base, member) for base in thing.__bases__))
                ]
    return names


@pytest.mark.parametrize("name", public_objects())
def test_docstring_follows_numpydoc(name):
    problems = [f"{code}: {text}" for code, text in validate(name)["errors"] if code not in NOT_ASKED]
    assert not problems


@pytest.mark.parametrize(
    "path", sorted(LIBRARY.rglob("*.py")), ids=lambda path: str(path.relative_to(LIBRARY))
)
def test_docstrings_hold_no_control_characters(path):
    """LaTeX in a docstring that is not raw turns into tabs, backspaces and bells."""
    dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    module = importlib.import_module(dotted)
    things = [
        module,
        *(value for value in vars(module).values() if getattr(value, "__module__", "") == dotted),
    ]
    for thing in things:
        assert not re.search(r"[\x00-\x08\x0b-\x1f]", thing.__doc__ or "")


def test_every_module_is_public_by_name():
    """A module of the library says what it offers; the site's machinery and package files need not."""
    for path in LIBRARY.rglob("*.py"):
        if path.name not in ("__init__.py", "__main__.py") and "site" not in path.parts:
            assert "__all__ = [" in path.read_text(encoding="utf-8"), f"{path.name} has no __all__"
