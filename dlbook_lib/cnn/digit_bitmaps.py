r"""Ten digits drawn on 7 × 12 dots: the fixed codes that LeNet-5's output layer measures distances to.

LeCun, Bottou, Bengio and Haffner (1998), section II.B and figure 3, give each printable character of ASCII a
picture of 7 × 12 dots, +1 for ink and -1 for paper; the 84 units of F6 are those dots. Characters that are
easily confused have similar pictures, so that a doubtful one comes out near both.

Differs from the paper: its pictures are not copied dot by dot, these ten were drawn anew in the same format,
and characters other than digits are left out.
"""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["HEIGHT", "WIDTH", "digit_bitmaps"]

WIDTH, HEIGHT = 7, 12

# Rows from top to bottom; the digits stand beside each other, 0 to 4 and then 5 to 9.
_DRAWN = (
    """
.......  .......  .......  .......  .......
..###..  ...#...  ..###..  ..###..  ....##.
.#...#.  ..##...  .#...#.  .#...#.  ...#.#.
.#...#.  .#.#...  .....#.  .....#.  ...#.#.
#.....#  ...#...  .....#.  .....#.  ..#..#.
#.....#  ...#...  ....#..  ..###..  ..#..#.
#.....#  ...#...  ...#...  .....#.  .#...#.
#.....#  ...#...  ..#....  ......#  #######
.#...#.  ...#...  .#.....  ......#  .....#.
.#...#.  ...#...  #......  #....#.  .....#.
..###..  .#####.  #######  .####..  .....#.
.......  .......  .......  .......  .......
""",
    """
.......  .......  .......  .......  .......
.######  ...###.  #######  ..###..  ..###..
.#.....  ..#....  ......#  .#...#.  .#...#.
.#.....  .#.....  .....#.  .#...#.  #.....#
.#.....  #......  .....#.  .#...#.  #.....#
.####..  #.###..  ....#..  ..###..  .#...##
.....#.  ##...#.  ....#..  .#...#.  ..###.#
......#  #.....#  ...#...  #.....#  ......#
......#  #.....#  ...#...  #.....#  .....#.
#....#.  .#...#.  ..#....  .#...#.  ....#..
.####..  ..###..  ..#....  ..###..  .###...
.......  .......  .......  .......  .......
""",
)


def digit_bitmaps() -> Tensor:
    """Read the ten pictures as numbers.

    Returns
    -------
    Tensor of shape (10, 12, 7)
        +1 where there is ink and -1 where there is none; flattened, a code of 84 numbers for each digit.

    Examples
    --------
    >>> pictures = digit_bitmaps()
    >>> pictures.shape, pictures.unique()
    (torch.Size([10, 12, 7]), tensor([-1.,  1.]))
    """
    rows = [[line.split() for line in block.strip().splitlines()] for block in _DRAWN]
    digits = [[line[k] for line in block] for block in rows for k in range(5)]
    return torch.tensor([[[1.0 if dot == "#" else -1.0 for dot in row] for row in one] for one in digits])
