"""What a declared explorer must hold to, so that the page can follow it; each refusal says what to change."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from dlbook_lib.explore.controls import Control, LastMoved, Slider
from dlbook_lib.explore.places import Points
from dlbook_lib.explore.text import fields_of

if TYPE_CHECKING:
    from dlbook_lib.explore.explorer import Explorer

__all__ = []  # for explorer.py alone


def check_controls(explorer: Explorer) -> None:
    """See that every control is one, and that LastMoved names others."""
    for name, control in explorer.controls.items():
        if not isinstance(control, Control):
            raise TypeError(f"controls[{name!r}] must be a control such as Slider, got {described(control)}")
        if isinstance(control, LastMoved) and not set(control.names) <= set(explorer.controls):
            raise ValueError(f"controls[{name!r}] must name controls, got {control.names}")


def check_arguments(explorer: Explorer) -> None:
    """See that ``compute`` takes what the controls and the state give."""
    given = list(explorer.inputs())
    parameters = inspect.signature(explorer.compute).parameters
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return
    if set(given) != set(parameters):
        raise TypeError(
            f"compute of {explorer.name} must take the arguments {given} (its controls and state), "
            f"got {list(parameters)}"
        )


def check_outputs(explorer: Explorer, outputs: dict[str, Any]) -> None:
    """See that the state comes back, only sliders and points are moved, and challenges have a number."""
    for name, tensor in explorer.state.items():
        if name not in outputs or outputs[name].shape != tensor.shape:
            raise ValueError(f"compute of {explorer.name} must return the state {name!r} in its own shape")
    for name, control in explorer.controls.items():
        if name in outputs and not isinstance(control, Slider | Points):
            raise ValueError(f"output {name!r} must move a Slider or Points, got {described(control)}")
    for challenge in explorer.challenges:
        if challenge.met not in outputs or outputs[challenge.met].numel() != 1:
            raise ValueError(f"met must name an output with one number, got {challenge.met!r}")


def check_texts(explorer: Explorer, outputs: dict[str, Any]) -> None:
    """See that texts name what exists."""
    known = set(outputs) | set(explorer.texts(explorer.start))
    for text in (explorer.says, *explorer.readouts):
        fields = fields_of(text)
        for name in sorted(fields.values - known) + sorted(fields.indices - set(outputs)):
            raise ValueError(
                f"{explorer.name} says {{{name}}}, which is no output or control: {sorted(known)}"
            )


def drawn(explorer: Explorer, outputs: dict[str, Any]) -> tuple[str, ...]:
    """Name what ``draw`` takes, all of which exists."""
    wanted = tuple(inspect.signature(explorer.draw).parameters)
    for name in wanted:
        if name not in outputs and name not in explorer.words:
            raise ValueError(f"draw of {explorer.name} must take outputs {list(outputs)}, got {name!r}")
    return wanted


def described(value: Any) -> str:
    """Show what was given: its type and the beginning of its value."""
    return f"{type(value).__name__} {value!r:.60}"
