"""The look-up convolution against torch and NumPy: every padding, fill, stride, dilation and direction."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from dlbook_lib.cnn.gather import FILLS, PADDINGS, extend, slide_windows, window_axis
from dlbook_lib.cnn.geometry import output_size, same_padding

SIZE, MOST = 9, 5
number = torch.tensor


def drawn_settings(count, seed):
    draw = np.random.default_rng(seed).integers
    for _ in range(count):
        yield {
            "taps": (int(draw(1, MOST + 1)), int(draw(1, MOST + 1))),
            "stride": int(draw(1, 5)),
            "dilation": int(draw(1, 5)),
            "padding": str(list(PADDINGS)[draw(3)]),
            "fill": str(list(FILLS)[draw(3)]),
            "transposed": bool(draw(2)),
        }


def by_lookup(x, kernel, *, taps, stride, dilation, padding, fill, transposed, longest=60):
    """Run the look-up convolution; cut its output to the size that its own formula gives."""
    settings = dict(stride=number(stride), dilation=number(dilation), padding=number(PADDINGS[padding]))
    settings |= dict(transposed=number(transposed), longest=longest, most_taps=MOST)
    axes = [window_axis(SIZE, number(n), **settings) for n in taps]
    weight = F.pad(kernel, (0, MOST - taps[1], 0, MOST - taps[0]))
    y = (slide_windows(x, *axes, number(FILLS[fill])) * weight[:, None]).sum((1, 3))
    rows, columns = (int(axis.formula.clamp(min=0)) for axis in axes)
    assert not y[rows:].any(), "beyond the output nothing is read"
    assert not y[:, columns:].any()
    return y[:rows, :columns]


def by_torch(x, kernel, *, taps, stride, dilation, padding, fill, transposed):
    """Pad with NumPy, which repeats reflections and copies as often as is needed, and call torch."""
    reach = [dilation * (n - 1) for n in taps]
    ends = {"valid": lambda r: (0, 0), "same": lambda r: (r // 2, r - r // 2), "full": lambda r: (r, r)}[
        padding
    ]
    (top, bottom), (left, right) = ends(reach[0]), ends(reach[1])
    weight = kernel[None, None]
    if transposed:
        y = F.conv_transpose2d(x[None, None], weight, stride=stride, dilation=dilation)[0, 0]
        return y[top : max(len(y) - bottom, top), left : max(y.shape[1] - right, left)]
    mode = {"zero": "constant", "reflect": "reflect", "circular": "wrap"}[fill]
    padded = torch.from_numpy(np.pad(x.numpy(), ((top, bottom), (left, right)), mode=mode))
    if any(have <= r for have, r in zip(padded.shape, reach)):
        return None
    return F.conv2d(padded[None, None], weight, stride=stride, dilation=dilation)[0, 0]


@pytest.mark.parametrize("seed", range(6))
def test_the_lookup_is_torchs_convolution_and_its_transpose(seed):
    generator = torch.Generator().manual_seed(seed)
    impossible = 0
    for setting in drawn_settings(100, seed):
        x = torch.randn(SIZE, SIZE, generator=generator, dtype=torch.float64)
        kernel = torch.randn(*setting["taps"], generator=generator, dtype=torch.float64)
        expected, found = by_torch(x, kernel, **setting), by_lookup(x, kernel, **setting)
        if expected is None or 0 in expected.shape:
            impossible += 1
            assert 0 in found.shape, setting
        else:
            assert found.shape == expected.shape, setting
            assert torch.allclose(found, expected, rtol=0, atol=1e-12), setting
    assert 0 < impossible < 50


@pytest.mark.parametrize("fill", ["reflect", "circular"])
def test_a_fill_that_fits_is_that_of_torch(fill):
    x = torch.randn(SIZE, SIZE, generator=torch.Generator().manual_seed(7))
    pixels, filled = extend(torch.arange(-4.0, SIZE + 4), SIZE, number(FILLS[fill]))
    assert filled.all()
    assert torch.equal(x[pixels][:, pixels], F.pad(x[None, None], (4, 4, 4, 4), mode=fill)[0, 0])


def test_sizes_are_those_of_the_chapter():
    for setting in drawn_settings(100, 11):
        taps, stride, dilation = setting["taps"][0], setting["stride"], setting["dilation"]
        numbers = dict(stride=number(stride), dilation=number(dilation), transposed=number(False))
        room = dict(longest=1, most_taps=MOST)
        if dilation * (taps - 1) < SIZE:
            valid = window_axis(SIZE, number(taps), padding=number(0), **numbers, **room)
            assert valid.formula == output_size(SIZE, taps, stride=stride, dilation=dilation)
        if dilation * (taps - 1) % 2 == 0:
            same = window_axis(SIZE, number(taps), padding=number(1), **numbers, **room)
            assert same.before == same.after == same_padding(taps, dilation=dilation)
            assert stride > 1 or same.formula == SIZE


@pytest.mark.parametrize("taps", [(3, 3), (1, 5), (3, 5)])
@pytest.mark.parametrize("dilation", [1, 2, 3])
def test_the_transpose_is_the_adjoint_of_the_convolution(taps, dilation):
    setting = dict(taps=taps, stride=1, dilation=dilation, padding="same", fill="zero")
    kernel = torch.randn(*taps, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    pixels = torch.eye(SIZE**2, dtype=torch.float64).view(-1, SIZE, SIZE)
    down, up = (
        torch.stack([by_lookup(x, kernel, **setting, transposed=way).flatten() for x in pixels], dim=1)
        for way in (False, True)
    )
    assert torch.allclose(down.T, up, rtol=0, atol=1e-12)
    assert not torch.allclose(down, up, rtol=0, atol=0.1)


def test_transposed_valid_is_full_with_the_kernel_turned():
    generator = torch.Generator().manual_seed(5)
    for taps, dilation in [((3, 2), 1), ((4, 5), 2), ((2, 2), 3)]:
        x = torch.randn(SIZE, SIZE, generator=generator, dtype=torch.float64)
        kernel = torch.randn(*taps, generator=generator, dtype=torch.float64)
        setting = dict(taps=taps, stride=1, dilation=dilation, fill="zero")
        up = by_lookup(x, kernel, **setting, padding="valid", transposed=True)
        full = by_lookup(x, kernel.flip(0, 1), **setting, padding="full", transposed=False)
        assert torch.allclose(up, full, rtol=0, atol=1e-12)
