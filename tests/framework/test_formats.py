"""Bits against Python's struct and torch, rounding against torch on many numbers and at every edge."""

import math
import struct

import pytest
import torch

from dlbook_lib.framework.formats import FORMATS, bits, decode, round_to, spacing


def rounded(x, name):
    form = FORMATS[name]
    return round_to(x, form.mantissa, form.lowest, form.largest)


@pytest.mark.parametrize("value", [0.0, -0.0, 1.0, -1.5, 0.1, 3.14159, 1e-40, 65504.0, math.inf])
def test_bits_are_those_of_struct(value):
    for name, code in (("float32", ">f"), ("float16", ">e")):
        if name == "float16" and value == 1e-40:
            continue
        packed = "".join(f"{byte:08b}" for byte in struct.pack(code, value))
        assert bits(value, name).replace(" ", "") == packed


def test_bfloat16_is_the_upper_half_of_float32():
    for value in (1.0, -1.5, 2.0**-20, 3.140625):
        upper = bits(value, "float32").replace(" ", "")[:16]
        assert bits(value, "bfloat16").replace(" ", "") == upper


@pytest.mark.parametrize("name", FORMATS)
def test_formats_are_those_of_torch(name):
    info, form = torch.finfo(getattr(torch, name)), FORMATS[name]
    assert (form.epsilon, form.largest) == (info.eps, info.max)
    assert 2.0**form.lowest == info.smallest_normal


@pytest.mark.parametrize("name", ["float16", "bfloat16", "float8_e4m3fn"])
def test_every_pattern_of_bits_is_read_as_torch_reads_it(name):
    size = 8 if "8" in name[:6] else 16
    patterns = range(0, 2**size, 1 if size == 8 else 37)
    whole = torch.tensor(list(patterns)).to(torch.uint8 if size == 8 else torch.uint16)
    stored = whole.view(getattr(torch, name)).double()
    ours = torch.tensor([decode(f"{p:0{size}b}", name) for p in patterns], dtype=torch.float64)
    assert torch.equal(torch.nan_to_num(ours, nan=-1e9), torch.nan_to_num(stored, nan=-1e9))
    finite = stored[stored.isfinite()][:300].tolist()
    assert all(decode(bits(value, name), name) == value for value in finite)


@pytest.mark.parametrize("name", ["float32", "float16", "bfloat16", "float8_e4m3fn"])
def test_rounding_is_that_of_torch(name):
    draw = torch.Generator().manual_seed(0)
    power = 20 * torch.rand(20_000, dtype=torch.float64, generator=draw) - 12
    x = torch.randn(20_000, dtype=torch.float64, generator=draw) * torch.exp2(power)
    halves = torch.arange(1, 40, dtype=torch.float64)
    ties = torch.cat([halves / 2**k for k in range(28)])
    x = torch.cat([x, ties, torch.zeros(1)]).float().double()  # torch rounds twice from double precision
    if name == "float8_e4m3fn":
        x = x.clamp(-448, 448)
    assert torch.equal(rounded(x, name), x.to(getattr(torch, name)).double())


def test_what_is_too_large_becomes_infinite():
    x = torch.tensor([65504.0, 65519.0, 65520.0, -70000.0], dtype=torch.float64)
    assert rounded(x, "float16").tolist() == [65504, 65504, math.inf, -math.inf]
    assert torch.equal(rounded(x, "float16"), x.half().double())


def test_the_famous_cases():
    assert torch.tensor(2048.0).half() + 1 == 2048
    assert (rounded(torch.tensor([2049.0, 2051.0]).double(), "float16") == torch.tensor([2048, 2052])).all()
    total = torch.tensor(0.0, dtype=torch.bfloat16)
    for _ in range(1000):
        total = total + 1
    assert total == 256  # where the distance between neighbours is 2


def test_spacing_is_the_distance_to_the_next_number():
    x = torch.tensor([1.0, 1.5, 3.0, 2.0**20, 0.1, 2.0**-20], dtype=torch.float32)
    following = torch.nextafter(x, torch.tensor(math.inf)).double()
    assert torch.equal(spacing(x.double(), 23, -126), following - x.double())
    small = torch.tensor([2.0**-14, 2.0**-15, 0.0], dtype=torch.float64)
    assert spacing(small, 10, -14).tolist() == [2.0**-24] * 3


def test_wrong_arguments_are_refused():
    with pytest.raises(ValueError, match="name must be one of 'float32'"):
        bits(1.0, "float64")
    with pytest.raises(ValueError, match="text must have 16 zeros and ones for float16"):
        decode("0101", "float16")
