r"""How many times a window fits: the arithmetic that every convolution and pooling shares.

A window of :math:`K` taps, :math:`d` pixels apart, steps :math:`S` pixels at a time over :math:`N` pixels
with :math:`P` zeros added at each end. The two axes of an image do not interact, so one axis is all there
is to learn. Dumoulin and Visin (2016, arXiv:1603.07285, chapters 2 and 5) draw every case; they treat
dilation apart, here it is in the one formula from the start.
"""

from __future__ import annotations

from dlbook_lib.checks import check_integer

__all__ = ["Pair", "as_pair", "output_size", "same_padding"]

Pair = int | tuple[int, int]


def as_pair(name: str, value: Pair, *, low: int) -> tuple[int, int]:
    """Read one number as the same number for both axes.

    Parameters
    ----------
    name : str
        The argument's name, for the error.
    value : int or (int, int)
        One number, or two: vertical first, as in (height, width).
    low : int
        Smallest accepted number.

    Returns
    -------
    (int, int)
        Vertical and horizontal.

    Raises
    ------
    TypeError
        If a number is not an integer.
    ValueError
        If there are more or fewer than two, or one is less than ``low``.

    Examples
    --------
    >>> as_pair("stride", 2, low=1), as_pair("stride", (2, 3), low=1)
    ((2, 2), (2, 3))
    """
    pair = tuple(value) if isinstance(value, tuple | list) else (value, value)
    if len(pair) != 2:
        raise ValueError(f"{name} must be one integer or a pair (vertical, horizontal), got {value}")
    for number in pair:
        check_integer(name, number, low=low)
    return pair


def output_size(size: int, kernel_size: int, *, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    r"""Count the places where a window can stop along one axis.

    .. math:: \Bigl\lfloor \frac{N + 2P - d(K-1) - 1}{S} \Bigr\rfloor + 1

    Parameters
    ----------
    size : int
        Number of pixels :math:`N`.
    kernel_size : int
        Number of taps :math:`K`; with dilation they reach over :math:`d(K-1)+1` pixels.
    stride : int
        Step :math:`S` from one place to the next. The floor means that pixels left over at the end are
        never read.
    padding : int
        Zeros :math:`P` added at *each* end.
    dilation : int
        Distance :math:`d` between neighbouring taps.

    Returns
    -------
    int
        At least 1.

    Raises
    ------
    ValueError
        If an argument is out of range, or the window reaches further than the padded axis.

    Examples
    --------
    Seven pixels, three taps and one zero at each end give seven outputs; without the zeros, five:

    >>> output_size(7, 3, padding=1), output_size(7, 3)
    (7, 5)
    """
    check_integer("size", size, low=1)
    check_integer("kernel_size", kernel_size, low=1)
    check_integer("stride", stride, low=1)
    check_integer("padding", padding, low=0)
    check_integer("dilation", dilation, low=1)
    reach, available = dilation * (kernel_size - 1) + 1, size + 2 * padding
    if reach > available:
        raise ValueError(
            f"kernel_size must reach over at most size + 2 * padding = {available} pixels, "
            f"got {kernel_size}, which reaches over {reach} with dilation {dilation}"
        )
    return (available - reach) // stride + 1


def same_padding(kernel_size: int, *, dilation: int = 1) -> int:
    r"""Find the padding that keeps the size, :math:`P = d(K-1)/2`, at stride 1.

    Parameters
    ----------
    kernel_size : int
        Number of taps :math:`K`.
    dilation : int
        Distance :math:`d` between neighbouring taps.

    Returns
    -------
    int
        Zeros to add at each end.

    Raises
    ------
    ValueError
        If the window reaches over an even number of pixels: the same number of zeros at both ends then
        misses the size by one, whatever the number.

    Examples
    --------
    >>> same_padding(3), same_padding(3, dilation=2)
    (1, 2)
    """
    check_integer("kernel_size", kernel_size, low=1)
    check_integer("dilation", dilation, low=1)
    reach = dilation * (kernel_size - 1) + 1
    if reach % 2 == 0:
        raise ValueError(
            f"kernel_size must reach over an odd number of pixels to keep the size, "
            f"got {kernel_size}, which reaches over {reach} with dilation {dilation}"
        )
    return reach // 2
