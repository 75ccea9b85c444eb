r"""Floating-point formats, taken apart: sign, exponent and mantissa, and rounding to what they can hold.

A format with :math:`m` mantissa bits holds the numbers :math:`\pm\, q \cdot 2^{e - m}` with whole
:math:`q < 2^{m+1}` and an exponent :math:`e` between its ends. IEEE 754 (2019) defines the first two of
``FORMATS``; bfloat16 is float32 with 16 bits cut off; float8 e4m3 is from Micikevicius et al., "FP8 Formats
for Deep Learning" (2022), table 1.

Differs from the hardware: rounding is computed in double precision, by arithmetic, so that it runs as ONNX.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from dlbook_lib.checks import check_in, check_type

__all__ = ["FORMATS", "Format", "bits", "decode", "round_to", "spacing"]


class Format(NamedTuple):
    """How the bits of a number are shared out.

    Parameters
    ----------
    exponent : int
        Bits of the exponent.
    mantissa : int
        Bits of the mantissa.
    largest : float
        The largest finite number.
    """

    exponent: int
    mantissa: int
    largest: float

    @property
    def bias(self) -> int:
        """What is subtracted from the exponent's bits."""
        return 2 ** (self.exponent - 1) - 1

    @property
    def lowest(self) -> int:
        """The exponent of the smallest normal number."""
        return 1 - self.bias

    @property
    def epsilon(self) -> float:
        """Machine epsilon: the distance from 1 to the next number."""
        return 2.0**-self.mantissa


FORMATS = {
    "float32": Format(8, 23, (2 - 2.0**-23) * 2.0**127),
    "float16": Format(5, 10, 65504.0),
    "bfloat16": Format(8, 7, (2 - 2.0**-7) * 2.0**127),
    "float8_e4m3fn": Format(4, 3, 448.0),
}


def bits(value: float, name: str) -> str:
    """Write a number as its bits in memory.

    Parameters
    ----------
    value : float
        The number, which is rounded to the format first.
    name : str
        One of ``FORMATS``, as torch calls it.

    Returns
    -------
    str
        Sign, exponent and mantissa, with a space between.

    Raises
    ------
    ValueError
        If there is no such format.

    Notes
    -----
    Taught at :ref:`float-formats`.

    Examples
    --------
    >>> bits(-1.5, "float16")
    '1 01111 1000000000'
    """
    check_in("name", name, tuple(FORMATS))
    size = 1 + FORMATS[name].exponent + FORMATS[name].mantissa
    whole = {8: torch.int8, 16: torch.int16, 32: torch.int32}[size]
    stored = torch.tensor([value], dtype=torch.float64).to(getattr(torch, name)).view(whole).item()
    text = format(stored % 2**size, f"0{size}b")  # two's complement as a whole number
    cut = 1 + FORMATS[name].exponent
    return f"{text[0]} {text[1:cut]} {text[cut:]}"


def decode(text: str, name: str) -> float:
    r"""Read a number from its bits.

    .. math:: (-1)^s \, 2^{E - \text{bias}} \Bigl(1 + \frac{M}{2^m}\Bigr) \quad (E > 0), \qquad
        (-1)^s \, 2^{1 - \text{bias}} \, \frac{M}{2^m} \quad (E = 0)

    Parameters
    ----------
    text : str
        Zeros and ones; spaces do not count.
    name : str
        One of ``FORMATS``.

    Returns
    -------
    float
        The number; infinite or not a number where all bits of the exponent are set (in ``float8_e4m3fn``,
        not a number where all bits but the sign are).

    Raises
    ------
    ValueError
        If there is no such format, or the text has another length.

    Notes
    -----
    Taught at :ref:`float-formats`.

    Examples
    --------
    >>> decode("0 01111 1000000000", "float16")
    1.5
    """
    check_in("name", name, tuple(FORMATS))
    check_type("text", text, str, "zeros and ones")
    form, text = FORMATS[name], text.replace(" ", "")
    size = 1 + form.exponent + form.mantissa
    if len(text) != size or set(text) - {"0", "1"}:
        raise ValueError(f"text must have {size} zeros and ones for {name}, got {text!r}")
    sign = -1.0 if text[0] == "1" else 1.0
    power, mantissa = int(text[1 : 1 + form.exponent], 2), int(text[1 + form.exponent :], 2)
    if "0" not in text[1 : 1 + form.exponent] and name != "float8_e4m3fn":
        return sign * float("inf") if mantissa == 0 else float("nan")
    if name == "float8_e4m3fn" and "0" not in text[1:]:
        return float("nan")
    fraction = mantissa / 2**form.mantissa
    return sign * 2.0 ** (max(power, 1) - form.bias) * (fraction + (power > 0))


def spacing(x: Tensor, mantissa: Tensor | int, lowest: Tensor | int) -> Tensor:
    r"""Return the distance between neighbours in a format, at a number.

    .. math:: 2^{\max(\lfloor \log_2 |x| \rfloor,\; e_{\min}) - m}

    Parameters
    ----------
    x : Tensor
        Numbers, in double precision.
    mantissa : int or Tensor
        Bits :math:`m` of the mantissa.
    lowest : int or Tensor
        Smallest exponent :math:`e_{\min}` of a normal number.

    Returns
    -------
    Tensor
        A power of two for each number; 2 ** (lowest - mantissa) at 0.

    Notes
    -----
    Taught at :ref:`float-formats`.

    Examples
    --------
    >>> spacing(torch.tensor([1.0, 2048.0], dtype=torch.float64), 10, -14)
    tensor([9.7656e-04, 2.0000e+00], dtype=torch.float64)
    """
    size = x.abs().clamp_min(1e-38)  # below every normal number, yet not 0
    exponent = size.log2().floor()
    exponent = exponent + (2.0 * torch.exp2(exponent) <= size) - 1.0 * (torch.exp2(exponent) > size)
    floor = torch.as_tensor(lowest, dtype=exponent.dtype, device=exponent.device)
    return torch.exp2(torch.maximum(exponent, floor) - mantissa)


def round_to(x: Tensor, mantissa: Tensor | int, lowest: Tensor | int, largest: Tensor | float) -> Tensor:
    """Round numbers to the nearest that a format can hold, ties to the even one.

    Parameters
    ----------
    x : Tensor
        Numbers, in double precision.
    mantissa, lowest : int or Tensor
        As for :func:`spacing`.
    largest : float or Tensor
        The largest finite number; what rounds to more becomes infinite.

    Returns
    -------
    Tensor
        Of the format, held in double precision.

    Notes
    -----
    Taught at :ref:`float-formats`.

    Examples
    --------
    >>> form = FORMATS["float16"]
    >>> x = torch.tensor([2049.0, 70000.0], dtype=torch.float64)
    >>> round_to(x, form.mantissa, form.lowest, form.largest)
    tensor([2048., inf], dtype=torch.float64)
    """
    step = spacing(x, mantissa, lowest)
    nearest = (x / step).round() * step
    return torch.where(nearest.abs() > largest, torch.inf * nearest.sign(), nearest)
