r"""Convolution whose stride, dilation, padding and direction are numbers in a tensor.

A library call fixes them when it is written, because they decide how large the output is. Here the output has
a fixed size with blanks at its end, and every output *looks up* what it reads: output :math:`i` and tap
:math:`u` of one axis meet at pixel

.. math:: iS + ud - P \quad\text{(convolution)}, \qquad \frac{i + P - ud}{S} \quad\text{(its transpose),}

where the second exists only if it is whole. The two axes of a picture do not interact, so a table of such
places for each of them is all there is. One program then runs for all settings, which is what a page needs
that has to follow a reader's hand. After Dumoulin and Visin (2016, arXiv:1603.07285).

Differs from them: padding is named (valid, same, full) and counts the pixels that dilation reaches over; it
may be filled with zeros, with the picture's reflection, or with the picture again, as often as is needed.

Shape letters: M outputs that there is room for, K taps that there is room for, H W height and width.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from dlbook_lib.checks import check_integer, check_shape

__all__ = ["FILLS", "PADDINGS", "WindowAxis", "extend", "slide_windows", "window_axis"]

PADDINGS = {"valid": 0, "same": 1, "full": 2}
FILLS = {"zero": 0, "reflect": 1, "circular": 2}


class WindowAxis(NamedTuple):
    """What the outputs along one axis read.

    Parameters
    ----------
    places : Tensor of shape (M, K)
        The pixel at which output and tap meet; negative, or beyond the picture, in the padding.
    exists : Tensor of shape (M, K)
        Whether there is such an output, such a tap, and (transposed) such a pixel.
    formula : Tensor of shape ()
        How many outputs the formula counts; zero or less where the window finds no place.
    before, after : Tensor of shape ()
        Pixels added at each end, which a transposed convolution cuts off instead.
    """

    places: Tensor
    exists: Tensor
    formula: Tensor
    before: Tensor
    after: Tensor


def window_axis(
    size: int,
    taps: Tensor,
    *,
    stride: Tensor,
    dilation: Tensor,
    padding: Tensor,
    transposed: Tensor,
    longest: int,
    most_taps: int,
) -> WindowAxis:
    r"""Tabulate which pixel each output of one axis reads through each tap.

    There are :math:`\lfloor (N + P' - d(K-1) - 1)/S \rfloor + 1` outputs, or :math:`(N-1)S - P' + d(K-1) + 1`
    transposed, where :math:`P'` counts the padding of both ends: 0 for *valid*, :math:`d(K-1)` for *same*
    (the odd pixel comes at the end) and :math:`2d(K-1)` for *full*.

    Parameters
    ----------
    size : int
        Number of pixels :math:`N`.
    taps, stride, dilation, padding, transposed : Tensor of shape ()
        Taps :math:`K`, step :math:`S`, distance :math:`d` of taps, one of the numbers of ``PADDINGS``, and
        whether to go the other way.
    longest, most_taps : int
        How many outputs M and taps K to make room for; those beyond are left out.

    Returns
    -------
    WindowAxis
        Its numbers are float32, so that they may be blank or halves.

    Raises
    ------
    ValueError
        If ``size``, ``longest`` or ``most_taps`` is less than 1.

    Examples
    --------
    >>> number = torch.tensor
    >>> axis = window_axis(4, number(3), stride=number(2), dilation=number(1), padding=number(1),
    ...                    transposed=number(False), longest=2, most_taps=3)
    >>> axis.places.tolist(), axis.formula.item()
    ([[-1.0, 0.0, 1.0], [1.0, 2.0, 3.0]], 2.0)
    """
    check_integer("size", size, low=1)
    check_integer("longest", longest, low=1)
    check_integer("most_taps", most_taps, low=1)
    stride, dilation, taps = stride.float(), dilation.float(), taps.float()
    reach = dilation * (taps - 1)
    before = torch.where(
        padding == 0, torch.zeros_like(reach), torch.where(padding == 1, torch.floor(reach / 2), reach)
    )
    after = torch.where(padding == 1, reach - before, before)
    shrunk = torch.floor((size + before + after - reach - 1) / stride) + 1
    grown = (size - 1) * stride - before - after + reach + 1
    formula = torch.where(transposed, grown, shrunk)

    i = torch.arange(longest, dtype=torch.float32, device=taps.device)[:, None]
    u = torch.arange(most_taps, dtype=torch.float32, device=taps.device)[None]
    read, painted = i * stride + u * dilation - before, (i + before - u * dilation) / stride
    whole = (painted == torch.floor(painted)) & (painted >= 0) & (painted < size)
    exists = (i < formula) & (u < taps) & (whole | ~transposed)
    return WindowAxis(torch.where(transposed, painted, read), exists, formula, before, after)


def extend(places: Tensor, size: int, fill: Tensor) -> tuple[Tensor, Tensor]:
    """Find the pixel that stands at a place beyond the picture.

    Parameters
    ----------
    places : Tensor
        Whole numbers, of any size and sign.
    size : int
        Number of pixels.
    fill : Tensor of shape ()
        One of the numbers of ``FILLS``.

    Returns
    -------
    pixels : Tensor of the same shape
        Their numbers from 0 to ``size - 1``, int64.
    filled : Tensor of the same shape
        False where zeros stand instead.

    Raises
    ------
    ValueError
        If ``size`` is less than 2: one pixel has no reflection.

    Examples
    --------
    >>> pixels, filled = extend(torch.tensor([-2.0, -1.0, 0.0, 4.0]), 4, torch.tensor(FILLS["reflect"]))
    >>> pixels.tolist()
    [2, 1, 0, 2]
    """
    check_integer("size", size, low=2)
    last, period = size - 1, 2 * (size - 1)
    wrapped = places - size * torch.floor(places / size)
    to_and_fro = places - period * torch.floor(places / period)
    reflected = torch.where(to_and_fro > last, period - to_and_fro, to_and_fro)
    cut = places.clamp(0, last)
    pixels = torch.where(fill == 0, cut, torch.where(fill == 1, reflected, wrapped))
    return pixels.long(), (fill != 0) | ((places >= 0) & (places <= last))


def slide_windows(picture: Tensor, rows: WindowAxis, columns: WindowAxis, fill: Tensor) -> Tensor:
    """Look up every window of a picture.

    Parameters
    ----------
    picture : Tensor of shape (H, W)
        The pixels.
    rows, columns : WindowAxis
        The places of both axes.
    fill : Tensor of shape ()
        One of the numbers of ``FILLS``.

    Returns
    -------
    Tensor of shape (M, K, M, K)
        Row and tap, column and tap; zero where there is none. Times a kernel and summed over both taps,
        it is the convolution.

    Raises
    ------
    ValueError
        If ``picture`` has another shape.

    Examples
    --------
    >>> number = torch.tensor
    >>> axis = window_axis(2, number(2), stride=number(1), dilation=number(1), padding=number(0),
    ...                    transposed=number(False), longest=1, most_taps=2)
    >>> slide_windows(number([[1.0, 2.0], [3.0, 4.0]]), axis, axis, number(0))[0, :, 0]
    tensor([[1., 2.],
            [3., 4.]])
    """
    check_shape("picture", picture, ("H", "W"))
    (H, W), (Mh, Kh), (Mw, Kw) = picture.shape, rows.places.shape, columns.places.shape
    row, row_filled = extend(rows.places.flatten(), H, fill)
    column, column_filled = extend(columns.places.flatten(), W, fill)
    row_filled, column_filled = row_filled & rows.exists.flatten(), column_filled & columns.exists.flatten()
    read = picture.index_select(0, row).index_select(1, column)
    return (read * (row_filled[:, None] & column_filled)).view(Mh, Kh, Mw, Kw)
