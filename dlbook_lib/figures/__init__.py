"""Figures: arrays in, a plotly figure out, with a sentence that says what it shows.

Importing this package makes :mod:`dlbook_lib.figures.render` the renderer of the notebook, so that one
output is live in JupyterLab, VS Code and Colab and is drawn on the website.
"""

from dlbook_lib.figures.cubes import cubes
from dlbook_lib.figures.curves import bars, curves
from dlbook_lib.figures.diagrams import blocks, graph
from dlbook_lib.figures.fits import fits
from dlbook_lib.figures.heatmaps import heatmap
from dlbook_lib.figures.images import feature_maps, image, image_grid, kernels
from dlbook_lib.figures.landscapes import contour, surface
from dlbook_lib.figures.networks import network
from dlbook_lib.figures.points import points
from dlbook_lib.figures.regions import decision_regions
from dlbook_lib.figures.render import show
from dlbook_lib.figures.slides import slides

__all__ = [
    "bars",
    "blocks",
    "contour",
    "cubes",
    "curves",
    "decision_regions",
    "feature_maps",
    "fits",
    "graph",
    "heatmap",
    "image",
    "image_grid",
    "kernels",
    "network",
    "points",
    "show",
    "slides",
    "surface",
]
