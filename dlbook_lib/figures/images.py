r"""Pictures: photographs as they are, feature maps in colour, kernels with their weights written in.

Every pixel is a sharp square, row 0 at the top. All pictures of a figure stand on one pair of axes, so that
sixty of them cost a page little more than one, and pointing at a pixel tells its row and column in its own
picture. Photographs travel as PNG files inside the figure, 8 bits per channel; feature maps and kernels keep
their numbers.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import PIL.Image
import plotly.graph_objects as go

from dlbook_lib.checks import check_in, check_number, check_shape, check_type
from dlbook_lib.figures.heatmaps import arrange, cell_format, color_range, columns_for
from dlbook_lib.figures.theme import BAR, DIVERGING, GRAY, SEQUENTIAL, escape, read_array, read_labels, spell

__all__ = ["feature_maps", "image", "image_grid", "kernels"]

_SCALES = {"sequential": SEQUENTIAL, "diverging": DIVERGING, "gray": GRAY}


def image(x: Any, *, title: str = "", alt: str | None = None) -> go.Figure:
    """Draw one picture, grey or in colour.

    Parameters
    ----------
    x : array of shape (H, W), (1, H, W) or (3, H, W)
        Numbers from 0 (black) to 1 (white), booleans, or uint8 from 0 to 255.
    title : str
        What stands above.
    alt : str, optional
        The sentence that stands for the figure; by default its size, and where it is darkest and brightest.

    Returns
    -------
    plotly.graph_objects.Figure
        One ``Image`` trace that holds a PNG.

    Raises
    ------
    ValueError
        If ``x`` has another shape, or values outside [0, 1].

    Examples
    --------
    >>> image([[0.0, 1.0], [0.5, 0.5]]).layout.meta["alt"]
    'Grey picture of 2 by 2 pixels, darkest at row 0, column 0 (0) and brightest at row 0, column 1 (1).'
    """
    x = read_array("x", x)
    pixels = _bytes("x", x, "")
    gray = x.reshape(-1, *x.shape[-2:]).mean(axis=0)
    dark, bright = (np.unravel_index(n, gray.shape) for n in (gray.argmin(), gray.argmax()))
    place = "row {}, column {} ({})".format
    size = f"{'Grey' if pixels.ndim == 3 else 'Colour'} picture of {x.shape[-2]} by {x.shape[-1]} pixels"
    extremes = place(*dark, spell(gray[dark])), place(*bright, spell(gray[bright]))
    default = f"{size}, darkest at {extremes[0]} and brightest at {extremes[1]}."
    return arrange([_photograph(pixels[0])], x.shape[-2:], alt=alt, default=default, title=title)


def image_grid(
    xs: Any, *, titles: Any = None, columns: int | None = None, title: str = "", alt: str | None = None
) -> go.Figure:
    """Draw many pictures of one size in rows and columns.

    Parameters
    ----------
    xs : array of shape (N, H, W), (N, 1, H, W) or (N, 3, H, W)
        Numbers from 0 to 1, booleans, or uint8; a list of equally large pictures serves too.
    titles : sequence of N labels, optional
        What stands above each: strings, or numbers such as a tensor of class labels.
    columns : int, optional
        Pictures in a row; by default at most 8, chosen to leave few gaps.
    title : str
        What stands above all.
    alt : str, optional
        The sentence that stands for the figure; by default number, size, layout and labels.

    Returns
    -------
    plotly.graph_objects.Figure
        One ``Image`` trace per picture, all on the same axes.

    Raises
    ------
    ValueError
        If ``xs`` has another shape or values outside [0, 1], or ``titles`` do not fit.

    Examples
    --------
    >>> image_grid([[[0, 1]], [[1, 0]]], titles=["left", "right"]).layout.meta["alt"]
    '2 grey pictures of 1 by 2 pixels in 2 columns: left, right.'
    """
    pixels = _bytes("xs", read_array("xs", xs), "N, ")
    count, height, width = pixels.shape[:3]
    columns = columns_for(columns, count)
    labels = None if titles is None else read_labels("titles", titles, count)
    kind = f"{'grey' if pixels.ndim == 3 else 'colour'} picture{'s' * (count > 1)}"
    listed = f": {', '.join(labels)}" if labels else ""
    layout = f"of {height} by {width} pixels in {columns} column{'s' * (columns > 1)}"
    default = f"{count} {kind} {layout}{listed}."
    traces = [_photograph(one, labels[k] if labels else "") for k, one in enumerate(pixels)]
    shown = dict(alt=alt, default=default, title=title)
    return arrange(traces, (height, width), columns=columns, labels=labels, **shown)


def feature_maps(
    x: Any,
    *,
    scale: str = "sequential",
    separate: bool = False,
    titles: Any = None,
    columns: int | None = None,
    title: str = "",
    alt: str | None = None,
) -> go.Figure:
    """Draw the channels of one layer's output side by side, in colours that stand for numbers.

    Parameters
    ----------
    x : array of shape (C, H, W), (1, C, H, W) or (H, W)
        Any finite numbers.
    scale : {"sequential", "diverging", "gray"}
        Colours from low to high, by sign, or from black to white.
    separate : bool
        Give each map the whole scale; by default all share one, and a colour bar shows it.
    titles : sequence of C labels, optional
        What stands above each map.
    columns : int, optional
        Maps in a row; by default at most 8.
    title : str
        What stands above all.
    alt : str, optional
        The sentence that stands for the figure; by default number, size, and the maps with the extremes.

    Returns
    -------
    plotly.graph_objects.Figure
        One ``Heatmap`` trace per map, all on the same axes, with the numbers themselves.

    Raises
    ------
    ValueError
        If ``x`` has another shape or is not finite, ``scale`` is unknown, or ``titles`` do not fit.

    Examples
    --------
    >>> feature_maps([[[0, 1], [2, 3]], [[-5, 1], [1, 1]]]).layout.meta["alt"]
    '2 feature maps of 2 by 2 values, from -5 (map 1) to 3 (map 0).'
    """
    x = read_array("x", x)
    if x.ndim == 4:
        check_shape("x", x, (1, "C", "H", "W"))
    maps = x[None] if x.ndim == 2 else x[0] if x.ndim == 4 else x
    check_shape("x", maps, ("C", "H", "W"))
    check_in("scale", scale, tuple(_SCALES))
    check_type("separate", separate, bool, "True or False")
    labels = None if titles is None else read_labels("titles", titles, len(maps))
    names = labels or [f"map {k}" for k in range(len(maps))]
    traces = [_matrix(one, name) for one, name in zip(maps, names)]
    for trace, one in zip(traces, maps if separate else ()):
        low, high = color_range(one, diverging=scale == "diverging")
        trace.update(coloraxis=None, colorscale=_SCALES[scale], zmin=low, zmax=high, showscale=False)
    return arrange(
        traces,
        maps.shape[1:],
        alt=alt,
        default=_describe(maps, "feature map", "values", names),
        title=title,
        columns=columns_for(columns, len(maps)),
        labels=labels,
        above=0 if separate else BAR,
        coloraxis=None if separate else _common(maps, scale),
    )


def kernels(
    weights: Any, *, titles: Any = None, columns: int | None = None, title: str = "", alt: str | None = None
) -> go.Figure:
    """Draw kernels coloured by sign, with their weights written in the cells where there is room.

    Parameters
    ----------
    weights : array of shape (K, K), (N, K, K) or (O, C, K, K)
        One kernel, several, or the weight of a convolutional layer: a row for each of its O outputs, a
        column for each of its C inputs. Kernels need not be square.
    titles : sequence of labels, optional
        What stands above each kernel.
    columns : int, optional
        Kernels in a row; by default C of them, or as many as leave the weights readable.
    title : str
        What stands above all.
    alt : str, optional
        The sentence that stands for the figure; by default number, size and extremes, and every weight of
        a single small kernel.

    Returns
    -------
    plotly.graph_objects.Figure
        One ``Heatmap`` trace per kernel, all on the same axes and scale, zero in the palest colour.

    Raises
    ------
    ValueError
        If ``weights`` has another shape or is not finite, or ``titles`` do not fit.

    Examples
    --------
    >>> kernels([[1, 0, -1]] * 3).layout.meta["alt"]
    'Kernel of 3 by 3 weights, row by row: 1, 0, -1; 1, 0, -1; 1, 0, -1.'
    """
    weights = read_array("weights", weights)
    if columns is None and weights.ndim == 4 and weights.shape[1] > 1:
        columns = weights.shape[1]
    if weights.ndim in (2, 4):
        weights = weights.reshape(-1, *weights.shape[-2:])
    check_shape("weights", weights, ("N", "K", "K'"))
    count, _, width = weights.shape
    readable = [c for c in range(1, min(count, 4) + 1) if cell_format(weights, c * width)]
    most = max(readable, default=1) if count <= 8 else 1
    columns = columns_for(columns, count, most if most > 1 else 8)
    labels = None if titles is None else read_labels("titles", titles, count)
    names = labels or [f"kernel {k}" for k in range(count)]
    written = cell_format(weights, columns * width)
    cells = dict(texttemplate=f"%{{z:{written}}}", xgap=1, ygap=1) if written else {}
    return arrange(
        [_matrix(one, name, written or ".4~g").update(cells) for one, name in zip(weights, names)],
        weights.shape[1:],
        alt=alt,
        default=_describe(weights, "kernel", "weights", names),
        title=title,
        columns=columns,
        labels=labels,
        above=0 if written else BAR,
        coloraxis=dict(_common(weights, "diverging"), showscale=not written),
    )


def _bytes(name: str, x: np.ndarray, batch: str) -> np.ndarray:
    """Turn pictures into bytes of shape (N, H, W) or (N, H, W, 3); a single picture gets N = 1."""
    pictures = x[None] if not batch else x
    if pictures.ndim == 4 and pictures.shape[1] == 1:
        pictures = pictures[:, 0]
    if pictures.ndim != 3 and not (pictures.ndim == 4 and pictures.shape[1] == 3):
        shapes = f"({batch}H, W), ({batch}1, H, W) or ({batch}3, H, W)"
        raise ValueError(f"{name} must have shape {shapes}, got {x.shape}")
    if pictures.dtype != np.uint8:
        check_number(f"{name}.min()", float(x.min()), low=0, high=1)
        check_number(f"{name}.max()", float(x.max()), low=0, high=1)
        pictures = (pictures * 255.0).round().astype(np.uint8)
    return pictures if pictures.ndim == 3 else pictures.transpose(0, 2, 3, 1)


def _photograph(pixels: np.ndarray, name: str = "") -> go.Image:
    """Wrap bytes of shape (H, W) or (H, W, 3) as a trace whose source is a PNG."""
    file = io.BytesIO()
    PIL.Image.fromarray(np.ascontiguousarray(pixels)).save(file, "PNG", optimize=True)
    source = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    value = "%{z[0]}" if pixels.ndim == 2 else "(%{z[0]}, %{z[1]}, %{z[2]})"
    return go.Image(source=source, hovertemplate=_pointed(name, f"{value} of 255"))


def _matrix(values: np.ndarray, name: str, number_format: str = ".4~g") -> go.Heatmap:
    """Wrap one map or kernel as a trace coloured by the figure's common scale."""
    return go.Heatmap(
        z=values, coloraxis="coloraxis", hovertemplate=_pointed(name, f"%{{z:{number_format}}}")
    )


def _pointed(name: str, value: str) -> str:
    """Write what the pointer tells of a pixel: whose it is, where, and its value."""
    place = "row %{pointNumber[0]}, column %{pointNumber[1]}"
    return "<br>".join([*([escape(name)] if name else []), place, value]) + "<extra></extra>"


def _common(maps: np.ndarray, scale: str) -> dict[str, Any]:
    """Lay out the colour axis that all matrices of a figure share."""
    low, high = color_range(maps, diverging=scale == "diverging")
    return dict(colorscale=_SCALES[scale], cmin=low, cmax=high)


def _describe(maps: np.ndarray, thing: str, unit: str, names: Sequence[str]) -> str:
    """Say how many matrices there are, how large, and which hold the extremes."""
    count, height, width = maps.shape
    size = f"{height} by {width} {unit}"
    if count == 1:
        rows = "; ".join(", ".join(map(spell, row)) for row in maps[0])
        range_ = f"from {spell(maps.min())} to {spell(maps.max())}"
        return f"{thing.capitalize()} of {size}, {f'row by row: {rows}' if maps.size <= 16 else range_}."
    low, high = (names[int(flat) // (height * width)] for flat in (maps.argmin(), maps.argmax()))
    return f"{count} {thing}s of {size}, from {spell(maps.min())} ({low}) to {spell(maps.max())} ({high})."
