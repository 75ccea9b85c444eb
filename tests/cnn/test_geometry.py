"""Output sizes against torch and against counting; the padding that keeps the size."""

import random
import re

import pytest
import torch
import torch.nn.functional as F

from dlbook_lib.cnn.geometry import as_pair, output_size, same_padding


def test_output_size_is_that_of_torch_on_500_random_layers():
    draw = random.Random(0)
    compared = 0
    while compared < 500:
        size, kernel_size, stride = draw.randint(1, 40), draw.randint(1, 9), draw.randint(1, 5)
        padding, dilation = draw.randint(0, 6), draw.randint(1, 4)
        if dilation * (kernel_size - 1) + 1 > size + 2 * padding:
            continue
        x, weight = torch.empty(1, 1, size, device="meta"), torch.empty(1, 1, kernel_size, device="meta")
        expected = F.conv1d(x, weight, stride=stride, padding=padding, dilation=dilation).shape[2]
        assert output_size(size, kernel_size, stride=stride, padding=padding, dilation=dilation) == expected
        compared += 1


def test_output_size_counts_the_places_where_the_window_stops():
    for size in range(1, 12):
        for kernel_size in range(1, size + 1):
            for stride in range(1, 4):
                starts = [s for s in range(0, size, stride) if s + kernel_size <= size]
                assert output_size(size, kernel_size, stride=stride) == len(starts)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (dict(size=7, kernel_size=3, padding=1), 7),
        (dict(size=7, kernel_size=3), 5),
        (dict(size=32, kernel_size=5, stride=2), 14),  # the quotient is 14.5 - 1/2: the floor matters
        (dict(size=8, kernel_size=4, padding=1), 7),
        (dict(size=8, kernel_size=3, stride=2, padding=1), 4),
        (dict(size=7, kernel_size=3, dilation=2), 3),
        (dict(size=7, kernel_size=3, padding=4, dilation=2), 11),  # "full" needs d(K - 1), not K - 1
        (dict(size=32, kernel_size=5), 28),
    ],
)
def test_worked_sizes(arguments, expected):
    assert output_size(**arguments) == expected


@pytest.mark.parametrize("kernel_size", range(1, 10))
@pytest.mark.parametrize("dilation", range(1, 5))
def test_same_padding_keeps_the_size_and_refuses_where_nothing_can(kernel_size, dilation):
    keeping = [
        padding
        for padding in range(40)
        if dilation * (kernel_size - 1) + 1 <= 32 + 2 * padding
        and output_size(32, kernel_size, padding=padding, dilation=dilation) == 32
    ]
    if keeping:
        assert [same_padding(kernel_size, dilation=dilation)] == keeping
    else:
        reach = dilation * (kernel_size - 1) + 1
        message = (
            f"kernel_size must reach over an odd number of pixels to keep the size, "
            f"got {kernel_size}, which reaches over {reach} with dilation {dilation}"
        )
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            same_padding(kernel_size, dilation=dilation)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(size=0, kernel_size=3), "size must be at least 1, got 0"),
        (dict(size=8, kernel_size=0), "kernel_size must be at least 1, got 0"),
        (dict(size=8, kernel_size=3, stride=0), "stride must be at least 1, got 0"),
        (dict(size=8, kernel_size=3, padding=-1), "padding must be at least 0, got -1"),
        (dict(size=8, kernel_size=3, dilation=0), "dilation must be at least 1, got 0"),
        (
            dict(size=3, kernel_size=3, padding=1, dilation=3),
            "kernel_size must reach over at most size + 2 * padding = 5 pixels, "
            "got 3, which reaches over 7 with dilation 3",
        ),
    ],
)
def test_impossible_windows_are_refused(arguments, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        output_size(**arguments)


def test_numbers_that_are_not_whole_are_refused():
    with pytest.raises(TypeError, match=r"^size must be an integer, got 7\.0 \(float\)$"):
        output_size(7.0, 3)
    with pytest.raises(TypeError, match=r"^kernel_size must be an integer, got '3' \(str\)$"):
        same_padding("3")
    with pytest.raises(ValueError, match=r"^dilation must be at least 1, got 0$"):
        same_padding(3, dilation=0)


def test_a_pair_is_one_number_twice_or_two_numbers():
    assert as_pair("stride", 2, low=1) == (2, 2)
    assert as_pair("stride", [2, 3], low=1) == (2, 3)
    assert as_pair("padding", 0, low=0) == (0, 0)
    with pytest.raises(
        ValueError, match=r"^stride must be one integer or a pair \(vertical, horizontal\), got \(1, 2, 3\)$"
    ):
        as_pair("stride", (1, 2, 3), low=1)
    with pytest.raises(ValueError, match=r"^stride must be at least 1, got 0$"):
        as_pair("stride", (2, 0), low=1)
    with pytest.raises(TypeError, match=r"^stride must be an integer, got True \(bool\)$"):
        as_pair("stride", True, low=1)
