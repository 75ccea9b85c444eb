"""The buttons that let an explorer with a state run: play, one step, start over."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as widgets

__all__ = ["Player"]

PACE = 150  # milliseconds between two steps
LAST = 1_000_000


class Player:
    """A player's buttons and its count of frames, of which one may be several steps of what is shown.

    Parameters
    ----------
    advance : callable
        Takes one step; returns whether it could.
    restart : callable
        Goes back to the start.
    """

    def __init__(self, advance: Callable[[], bool], restart: Callable[[], None]) -> None:
        self.advance, self.restart, self.steps, self._quiet = advance, restart, 0, False
        self.play = widgets.Play(min=0, max=LAST, interval=PACE, show_repeat=False)
        self.play.observe(self._played, names="value")
        auto = widgets.Layout(width="auto")
        self.step, self.over = (
            widgets.Button(description=text, layout=auto) for text in ("Step", "Start over")
        )
        self.step.on_click(lambda _: self.forward())
        self.over.on_click(lambda _: self.restart())
        self.count = widgets.Label("frame 0")
        center = widgets.Layout(align_items="center", flex_flow="row wrap")
        self.box = widgets.HBox([self.play, self.step, self.over, self.count], layout=center)

    def forward(self) -> None:
        """Take a step; stop playing where that fails."""
        if self.advance():
            self.steps += 1
            self.count.value = f"frame {self.steps:,}"
        else:
            self._pause()

    def reset(self) -> None:
        """Pause and count from 0."""
        self.steps, self.count.value, self._quiet = 0, "frame 0", True
        self._pause()
        self.play.value = 0
        self._quiet = False

    def _played(self, change) -> None:
        """Follow the play button: a tick is one step, however late it comes; its stop button sets 0."""
        if self._quiet:
            return
        if change["new"] > change["old"]:
            self.forward()
        else:
            self.restart()

    def _pause(self) -> None:
        playing = "playing" if self.play.has_trait("playing") else "_playing"  # ipywidgets 8 and 7
        setattr(self.play, playing, False)
