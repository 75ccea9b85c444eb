r"""Photographs that need no network: those inside scikit-image's own package.

scikit-image fetches most of its pictures when they are first asked for. The twenty listed here come with the
package (the same files from 0.22 to 0.26) and are read from there directly, so that nothing is ever fetched.
"""

from __future__ import annotations

from importlib.resources import files

import torch
import torch.nn.functional as F
from skimage.io import imread
from torch import Tensor

from dlbook_lib.checks import check_in, check_integer, check_type

__all__ = ["PHOTOGRAPHS", "photograph"]

# Each name, as skimage.data has it, with the file that holds the picture.
PHOTOGRAPHS = {
    "astronaut": "astronaut.png",
    "brick": "brick.png",
    "camera": "camera.png",
    "cell": "cell.png",
    "chelsea": "chelsea.png",
    "clock": "clock_motion.png",
    "coffee": "coffee.png",
    "coins": "coins.png",
    "grass": "grass.png",
    "gravel": "gravel.png",
    "hubble_deep_field": "hubble_deep_field.jpg",
    "immunohistochemistry": "ihc.png",
    "microaneurysms": "microaneurysms.png",
    "moon": "moon.png",
    "motorcycle_left": "motorcycle_left.png",
    "motorcycle_right": "motorcycle_right.png",
    "page": "page.png",
    "retina": "retina.jpg",
    "rocket": "rocket.jpg",
    "text": "text.png",
}

_LUMA = (0.2125, 0.7154, 0.0721)  # how bright red, green and blue look: ITU-R BT.709


def photograph(name: str, *, gray: bool = False, size: int | None = None) -> Tensor:
    r"""Load a photograph as a tensor, in colour or in grey, whole or as a square of a given size.

    Grey is the brightness that an eye sees, :math:`0.2125 R + 0.7154 G + 0.0721 B`.

    Parameters
    ----------
    name : str
        In colour: ``"astronaut"``, ``"chelsea"`` (a cat), ``"coffee"``, ``"hubble_deep_field"``,
        ``"immunohistochemistry"`` (stained tissue), ``"motorcycle_left"`` and ``"motorcycle_right"`` (one
        scene from two viewpoints), ``"retina"``, ``"rocket"``. In grey: ``"brick"``, ``"camera"`` (a man and
        his camera), ``"cell"``, ``"clock"`` (blurred by motion), ``"coins"``, ``"grass"``, ``"gravel"``,
        ``"microaneurysms"``, ``"moon"``, ``"page"`` (print), ``"text"`` (handwriting).
    gray : bool
        Reduce a colour photograph to one channel.
    size : int, optional
        Cut the largest square from the middle and resample it to ``size`` × ``size`` pixels, smoothed
        first where it shrinks so that fine texture leaves no false pattern; by default the photograph
        is left as it is.

    Returns
    -------
    Tensor of shape (C, H, W)
        Values of float32 in [0, 1], with C = 3 in colour and C = 1 in grey.

    Raises
    ------
    ValueError
        If there is no such photograph (the message lists them), or ``size`` is not positive.

    Examples
    --------
    >>> photograph("astronaut").shape
    torch.Size([3, 512, 512])
    >>> photograph("chelsea", gray=True, size=64).shape
    torch.Size([1, 64, 64])
    """
    check_in("name", name, PHOTOGRAPHS)
    check_type("gray", gray, bool, "True or False")
    if size is not None:
        check_integer("size", size, low=1)

    pixels = torch.tensor(imread(str(files("skimage") / "data" / PHOTOGRAPHS[name]))).float() / 255
    x = pixels.unsqueeze(0) if pixels.ndim == 2 else pixels.permute(2, 0, 1).contiguous()
    if gray and len(x) == 3:
        x = torch.einsum("c,chw->hw", torch.tensor(_LUMA), x).unsqueeze(0)
    return x if size is None else _square(x, size)


def _square(x: Tensor, size: int) -> Tensor:
    _, H, W = x.shape
    side = min(H, W)
    top, left = (H - side) // 2, (W - side) // 2
    middle = x[None, :, top : top + side, left : left + side]
    return F.interpolate(middle, size=(size, size), mode="bilinear", antialias=True).squeeze(0)
