"""Explorers: one function of tensors that a reader moves, in a notebook's kernel and in a page without one.

controls, tables, places   what a reader can move
text                       sentences with numbers in them
landings                   where outputs land in figures
filling                    a state put into figures
still                      a state as one picture
explorer                   the declaration
export                     compute as ONNX
payload                    all that a page needs, as JSON
kernel                     widgets in JupyterLab, VS Code and Colab
hosts                      which of the two a display needs
parity                     states at which the hosts must agree
"""

from dlbook_lib.explore.controls import Choice, LastMoved, Slider, Toggle
from dlbook_lib.explore.explorer import Explorer
from dlbook_lib.explore.places import Hover, Points, Words
from dlbook_lib.explore.tables import Matrix, Noise, Picture
from dlbook_lib.explore.text import Cases, Challenge

__all__ = [
    "Cases",
    "Challenge",
    "Choice",
    "Explorer",
    "Hover",
    "LastMoved",
    "Matrix",
    "Noise",
    "Picture",
    "Points",
    "Slider",
    "Toggle",
    "Words",
]
