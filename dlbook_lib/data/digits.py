r"""Handwritten digits that need no network: 1797 scans of 8×8 pixels, on a canvas of any size.

The scans are those of Alpaydin and Kaynak ("Optical Recognition of Handwritten Digits", UCI Machine
Learning Repository, 1998) as scikit-learn embeds them, their 17 levels of grey scaled to [0, 1]. On larger
canvases they stand in for MNIST (LeCun, Bottou, Bengio and Haffner, "Gradient-Based Learning Applied to
Document Recognition", 1998), which sets a digit of 20×20 pixels into 28×28.

Differs from MNIST: 25 times smaller; enlarged from 8×8 pixels, so that strokes are soft; centred by the
frame of the scan instead of the digit's centre of mass.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import Tensor

from dlbook_lib.checks import check_integer
from dlbook_lib.data.split import Split, stratified_parts
from dlbook_lib.seed import generator

__all__ = ["digits"]

_SCAN = 8
_GLYPH, _ENLARGE_FROM = 20, 28  # MNIST's digit in MNIST's canvas


def digits(size: int = 8, *, shift: int = 0, seed: int = 0) -> Split:
    r"""Load handwritten digits, centred on square canvases or displaced by whole pixels.

    Below 28 pixels the canvas holds the scan's own 8×8 pixels; from 28 on it holds the digit enlarged to
    20×20. The same digits stand in the same order in the same part whatever the canvas, the shift and the
    seed, so ``digits(28).train`` and ``digits(28, shift=4).test`` share no digit and differ in position only.

    Parameters
    ----------
    size : int
        Height and width S of the canvas, at least 8.
    shift : int
        Largest displacement, up, down, left and right: each digit's two are drawn uniformly from
        ``-shift`` to ``shift``. At most the margin around a centred digit, so that none is cut: 4 at sizes
        16 and 28, 6 at 32.
    seed : int
        Of the displacements.

    Returns
    -------
    Split
        ``train`` (1258), ``validation`` (180) and ``test`` (359): pairs of ``x``, float32 of shape
        (N, 1, S, S) in [0, 1] with the ink at 1, and ``y``, int64 of shape (N,) from 0 to 9.

    Raises
    ------
    ValueError
        If ``size`` is below 8, or ``shift`` is negative or larger than the margin.

    Notes
    -----
    The scans come from 13 writers, with no record of who wrote which. The same hands are therefore in all
    three parts: test accuracy here is accuracy on new digits of known writers.

    Examples
    --------
    >>> digits()
    Split(train 1258, validation 180, test 359; each x of shape (1, 8, 8))
    >>> x, y = digits(28, shift=4).test
    >>> x.shape, y.dtype
    (torch.Size([359, 1, 28, 28]), torch.int64)
    """
    check_integer("size", size, low=_SCAN)
    bunch = load_digits()
    x = torch.from_numpy(bunch.images).float().unsqueeze(1) / 16
    y = torch.from_numpy(bunch.target).long()
    if size >= _ENLARGE_FROM:
        x = _enlarge(x)

    margin = (size - x.shape[-1]) // 2
    check_integer("shift", shift, low=0, high=margin)
    top, left = margin + torch.randint(-shift, shift + 1, (2, len(x)), generator=generator(seed))
    x = _place(x, top, left, size)
    return Split(*((x[rows], y[rows]) for rows in stratified_parts(y, (0.7, 0.1, 0.2))))


def _enlarge(scans: Tensor) -> Tensor:
    """Enlarge the scans with a black pixel around them, so that strokes at their edge end round."""
    framed = F.pad(scans, (1, 1, 1, 1))
    return F.interpolate(framed, size=(_GLYPH, _GLYPH), mode="bicubic").clamp(0, 1)  # bicubic overshoots


def _place(glyphs: Tensor, top: Tensor, left: Tensor, size: int) -> Tensor:
    """Copy each glyph onto a black canvas of its own, its corner at (top, left)."""
    N, _, H, W = glyphs.shape
    canvas = torch.zeros(N, 1, size, size)
    image = torch.arange(N).view(N, 1, 1)
    row = top.view(N, 1, 1) + torch.arange(H).view(1, H, 1)
    column = left.view(N, 1, 1) + torch.arange(W).view(1, 1, W)
    canvas[image, 0, row, column] = glyphs[:, 0]
    return canvas
