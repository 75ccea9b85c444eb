"""An explorer, declared once: a function of tensors, the controls that move it, and the figures it fills.

Nothing but ``compute`` depends on the state, so that the page, which has no Python, can follow: it runs the
same function as ONNX and puts its outputs into the places that :mod:`dlbook_lib.explore.landings` found. A
declaration that could not work there is refused here, with a sentence that says what to change.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from dlbook_lib.checks import check_type
from dlbook_lib.explore import landings, rules
from dlbook_lib.explore.controls import Choice, Control, Slider
from dlbook_lib.explore.places import Words
from dlbook_lib.explore.text import Cases, Challenge, fill

__all__ = ["Explorer", "find_explorer"]

DECLARED: dict[str, Explorer] = {}


class Explorer:
    """A function of tensors that a reader can explore, in a notebook and in a page.

    Parameters
    ----------
    name : str
        In lower case with hyphens; no other explorer has it.
    title : str
        What stands above it.
    compute : callable
        Takes the controls' tensors (and the state's) by name and returns a dict of tensors. Pure; every
        output has one shape for all states, with NaN where there is nothing.
    draw : callable
        Takes outputs by name as arrays, and the words of text controls, and returns a plotly Figure or a
        dict of them. Computes nothing.
    controls : mapping of str to Control
        In the order in which they are shown.
    says : str or Cases
        The sentence that says what is seen: format strings over the outputs.
    presets : mapping of str to mapping, optional
        Label -> values of some controls; the others keep their start.
    readouts : sequence of str or Cases
        Lines below the figures.
    challenges : sequence of Challenge
        Things to find.
    state : mapping of str to Tensor, optional
        Arguments of ``compute`` that it also returns, one step further: makes the explorer a player.
    look_for : str
        What to try first.

    Raises
    ------
    TypeError
        If ``compute`` does not return named tensors, or its arguments are not the controls'.
    ValueError
        If the declaration cannot work: an unknown output in ``draw`` or in a text, a preset out of range,
        a name that is taken.

    Examples
    --------
    >>> import plotly.graph_objects as go
    >>> from dlbook_lib.explore.controls import Slider
    >>> doubled = Explorer(
    ...     name="doubled", title="Doubling", compute=lambda x: {"y": 2 * x},
    ...     draw=lambda y: go.Figure(go.Bar(y=[y])), controls={"x": Slider(0, 1, 0.25)},
    ...     says="Twice {x} is {y}.")
    >>> doubled.sentence(doubled.evaluate())
    'Twice 0.25 is 0.5.'
    """

    def __init__(
        self,
        *,
        name: str,
        title: str,
        compute: Callable[..., dict[str, torch.Tensor]],
        draw: Callable[..., Any],
        controls: Mapping[str, Control],
        says: str | Cases,
        presets: Mapping[str, Mapping[str, Any]] | None = None,
        readouts: Sequence[str | Cases] = (),
        challenges: Sequence[Challenge] = (),
        state: Mapping[str, torch.Tensor] | None = None,
        look_for: str = "",
    ) -> None:
        check_type("name", name, str, "a string")
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
            raise ValueError(f"name must be in lower case with hyphens, got {name!r}")
        self.name, self.title, self.compute, self.draw = name, title, compute, draw
        self.controls, self.says, self.look_for = dict(controls), says, look_for
        self.readouts, self.challenges = tuple(readouts), tuple(challenges)
        self.state = {key: torch.as_tensor(value) for key, value in (state or {}).items()}
        rules.check_controls(self)
        self.presets = {label: self.values(chosen) for label, chosen in (presets or {}).items()}
        rules.check_arguments(self)
        outputs = self.evaluate()
        rules.check_outputs(self, outputs)
        rules.check_texts(self, outputs)
        arrays = {key: value.numpy() for key, value in outputs.items()}
        self.panels = landings.find_panels(draw, arrays, self.words, rules.drawn(self, outputs))
        self._register()

    @property
    def start(self) -> dict[str, Any]:
        """The value of every control before anything was moved."""
        return {name: control.start for name, control in self.controls.items()}

    def values(self, chosen: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Complete some controls' values by the others' start, and check them.

        Parameters
        ----------
        chosen : mapping of str to object, optional
            Values by control.

        Returns
        -------
        dict
            A value for every control.

        Raises
        ------
        ValueError
            If a control is unknown or a value out of its range.
        """
        chosen = dict(chosen or {})
        for name, value in chosen.items():
            if name not in self.controls:
                raise ValueError(
                    f"{self.name} must be set by its controls {list(self.controls)}, got {name!r}"
                )
            self.controls[name].check(name, value)
        return self.start | chosen

    def inputs(self, chosen: Mapping[str, Any] | None = None) -> dict[str, torch.Tensor]:
        """Turn values into the arguments of ``compute``, the state at its start.

        Parameters
        ----------
        chosen : mapping of str to object, optional
            Values by control.

        Returns
        -------
        dict
            Tensors by argument, in the order of the exported model's inputs.
        """
        tensors = {}
        for name, value in self.values(chosen).items():
            for suffix, tensor in self.controls[name].encode(value).items():
                tensors[name + suffix] = tensor
        return tensors | self.state

    def evaluate(
        self,
        chosen: Mapping[str, Any] | None = None,
        *,
        state: Mapping[str, torch.Tensor] | None = None,
        device: torch.device | str = "cpu",
    ) -> dict[str, torch.Tensor]:
        """Run ``compute``.

        Parameters
        ----------
        chosen : mapping of str to object, optional
            Values by control.
        state : mapping of str to Tensor, optional
            Where the player stands; its start by default.
        device : torch.device or str
            Where to compute.

        Returns
        -------
        dict
            The outputs as float32 on the CPU.

        Raises
        ------
        TypeError
            If ``compute`` returns something else than named tensors.
        """
        arguments = self.inputs(chosen) | dict(state or {})
        outputs = self.compute(**{name: tensor.to(device) for name, tensor in arguments.items()})
        if not isinstance(outputs, dict) or not all(isinstance(v, torch.Tensor) for v in outputs.values()):
            raise TypeError(
                f"compute of {self.name} must return a dict of tensors, got {rules.described(outputs)}"
            )
        return {name: value.detach().float().cpu() for name, value in outputs.items()}

    def texts(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Say what each control is called in a text: a number, a label, a list of words.

        Parameters
        ----------
        values : mapping of str to object
            A value for every control.

        Returns
        -------
        dict
            By control.
        """
        shown = {}
        for name, control in self.controls.items():
            if isinstance(control, Words):
                shown[name] = control.texts(values[name])
            elif isinstance(control, Slider | Choice):
                shown[name] = values[name]
        return shown

    def sentence(self, outputs: Mapping[str, torch.Tensor], chosen: Mapping[str, Any] | None = None) -> str:
        """Say in a sentence what a state shows.

        Parameters
        ----------
        outputs : mapping of str to Tensor
            What :meth:`evaluate` returned.
        chosen : mapping of str to object, optional
            The values that it returned it for.

        Returns
        -------
        str
            The sentence.
        """
        return fill(self.says, outputs, self.texts(self.values(chosen)))

    @property
    def words(self) -> dict[str, int]:
        """How many words each text control gives."""
        return {name: c.length for name, c in self.controls.items() if isinstance(c, Words)}

    def _register(self) -> None:
        taken = DECLARED.get(self.name)
        if taken is not None and taken.compute.__module__ != self.compute.__module__:
            raise ValueError(f"name must be new, but {self.name!r} is declared in {taken.compute.__module__}")
        DECLARED[self.name] = self

    def _ipython_display_(self) -> None:
        from dlbook_lib.explore.hosts import show

        show(self)


def find_explorer(name: str) -> Explorer:
    """Return a declared explorer by its name.

    Parameters
    ----------
    name : str
        As declared.

    Returns
    -------
    Explorer
        The explorer.

    Raises
    ------
    ValueError
        If no explorer has this name.
    """
    if name not in DECLARED:
        raise ValueError(f"name must be one of {sorted(DECLARED)}, got {name!r}")
    return DECLARED[name]
