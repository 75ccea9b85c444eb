"""Each check lets through what its rule allows, and otherwise says the name, the value and the rule."""

import inspect
import math
import re
from fractions import Fraction

import numpy as np
import pytest
import torch

from dlbook_lib import checks
from dlbook_lib.checks import (
    check_finite,
    check_in,
    check_integer,
    check_number,
    check_shape,
    check_type,
)

NAN, INF = math.nan, math.inf


def refused(error, message):
    """Expect an error with exactly this message."""
    return pytest.raises(error, match=f"^{re.escape(message)}$")


def test_every_check_is_public_and_returns_nothing():
    assert checks.__all__ == sorted(name for name in dir(checks) if name.startswith("check_"))
    signatures = [inspect.signature(getattr(checks, name)) for name in checks.__all__]
    assert all(next(iter(signature.parameters)) == "name" for signature in signatures)
    assert {signature.return_annotation for signature in signatures} == {"None"}


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("a", str),
        (None, (str, type(None))),
        (np.float64(1), float),
        (True, int),
        (torch.zeros(1), torch.Tensor),
    ],
)
def test_a_type_or_a_subtype_is_accepted(value, kind):
    assert check_type("x", value, kind, "whatever") is None


@pytest.mark.parametrize(
    ("value", "kind", "described", "message"),
    [
        (3, str, "a string", "x must be a string, got 3 (int)"),
        (None, (int, float), "a number", "x must be a number, got None (NoneType)"),
        (True, str, "a string", "x must be a string, got True (bool)"),
        ("", int, "a whole number", "x must be a whole number, got '' (str)"),
        (torch.zeros(2, 3), str, "a string", "x must be a string, got Tensor of shape (2, 3)"),
        (np.zeros(4), str, "a string", "x must be a string, got ndarray of shape (4,)"),
        (torch.tensor(2), str, "a string", "x must be a string, got tensor(2) (Tensor)"),
        (Fraction(1, 2), str, "a string", "x must be a string, got Fraction(1, 2)"),
        ("a" * 58, int, "an integer", f"x must be an integer, got '{'a' * 58}' (str)"),
        ("a" * 59, int, "an integer", f"x must be an integer, got '{'a' * 56}... (str)"),
    ],
)
def test_another_type_is_refused_with_its_name(value, kind, described, message):
    with refused(TypeError, message):
        check_type("x", value, kind, described)


@pytest.mark.parametrize("value", [1, 5, np.int64(1), np.uint8(5), np.int32(3)])
def test_whole_numbers_are_accepted_at_both_ends(value):
    assert check_integer("stride", value, low=1, high=5) is None
    assert check_integer("stride", value, low=1) is None


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, "True (bool)"),
        (2.0, "2.0 (float)"),
        ("2", "'2' (str)"),
        (None, "None (NoneType)"),
        (NAN, "nan (float)"),
        (np.True_, "np.True_ (bool)"),
        (np.float64(2), "np.float64(2.0) (float64)"),
        (torch.tensor(2), "tensor(2) (Tensor)"),
        (torch.arange(2), "Tensor of shape (2,)"),
    ],
)
def test_what_is_not_a_whole_number_is_refused(value, shown):
    with refused(TypeError, f"stride must be an integer, got {shown}"):
        check_integer("stride", value, low=1)


@pytest.mark.parametrize(
    ("value", "high", "message"),
    [
        (0, None, "stride must be at least 1, got 0"),
        (np.int64(-3), None, "stride must be at least 1, got -3"),
        (0, 5, "stride must lie in [1, 5], got 0"),
        (6, 5, "stride must lie in [1, 5], got 6"),
        (np.uint8(255), 5, "stride must lie in [1, 5], got 255"),
    ],
)
def test_whole_numbers_outside_their_range_are_refused(value, high, message):
    with refused(ValueError, message):
        check_integer("stride", value, low=1, high=high)


@pytest.mark.parametrize(
    "value", [0, 1, 0.0, 1.0, 0.5, np.float32(0.5), np.float64(1), np.int64(1), np.float16(0), Fraction(1, 2)]
)
def test_numbers_are_accepted_at_both_ends(value):
    assert check_number("dropout", value, low=0, high=1) is None
    assert check_number("dropout", value) is None


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, "True (bool)"),
        ("0.5", "'0.5' (str)"),
        (None, "None (NoneType)"),
        (1j, "1j (complex)"),
        (np.False_, "np.False_ (bool)"),
        (torch.tensor(0.5), "tensor(0.5000) (Tensor)"),
        (np.zeros(2), "ndarray of shape (2,)"),
    ],
)
def test_what_is_not_a_number_is_refused(value, shown):
    with refused(TypeError, f"dropout must be a number, got {shown}"):
        check_number("dropout", value, low=0, high=1)


@pytest.mark.parametrize("value", [NAN, INF, -INF, np.float32(NAN), np.float64(-INF)])
def test_a_number_must_be_finite_even_where_no_end_is_named(value):
    with refused(ValueError, f"lr must be finite, got {value}"):
        check_number("lr", value)


@pytest.mark.parametrize(
    ("value", "ends", "message"),
    [
        (-0.1, dict(low=0), "lr must be at least 0, got -0.1"),
        (np.float32(-0.5), dict(low=0), "lr must be at least 0, got -0.5"),
        (1.5, dict(high=1), "lr must be at most 1, got 1.5"),
        (1.5, dict(low=0, high=1), "lr must lie in [0, 1], got 1.5"),
        (-1, dict(low=0, high=1), "lr must lie in [0, 1], got -1"),
        (math.nextafter(1, 2), dict(low=0, high=1), "lr must lie in [0, 1], got 1.0000000000000002"),
    ],
)
def test_numbers_outside_their_range_are_refused(value, ends, message):
    with refused(ValueError, message):
        check_number("lr", value, **ends)


@pytest.mark.parametrize(
    ("value", "allowed"),
    [("quick", ("quick", "full")), (None, (None, "cuda")), (2, [1, 2]), (False, (0, False)), (1.0, {1.0})],
)
def test_one_of_a_few_is_accepted(value, allowed):
    assert check_in("mode", value, allowed) is None


def test_identity_is_enough_for_what_equals_nothing():
    assert check_in("mode", NAN, (NAN,)) is None


@pytest.mark.parametrize(
    ("value", "allowed", "message"),
    [
        ("ful", ("quick", "full"), "mode must be one of 'quick', 'full', got 'ful'"),
        (None, ("quick", "full"), "mode must be one of 'quick', 'full', got None"),
        (True, (0, 1), "mode must be one of 0, 1, got True"),
        (1.0, (0, 1), "mode must be one of 0, 1, got 1.0"),
        (["quick"], ("quick",), "mode must be one of 'quick', got ['quick']"),
        (torch.ones(2), (1, "a"), "mode must be one of 1, 'a', got Tensor of shape (2,)"),
        (torch.tensor(1), (1,), "mode must be one of 1, got tensor(1)"),
        ("a" * 80, ("b",), f"mode must be one of 'b', got '{'a' * 56}..."),
    ],
)
def test_none_of_the_few_is_refused(value, allowed, message):
    with refused(ValueError, message):
        check_in("mode", value, allowed)


@pytest.mark.parametrize(
    ("lengths", "shape"),
    [
        ((2, 3, 8, 9), ("B", 3, "H", "W")),
        ((4, 4), ("N", "N")),
        ((), ()),
        ((0, 2), (0, 2)),
        ((1,), ["T"]),
    ],
)
@pytest.mark.parametrize("kind", [torch.zeros, np.zeros])
def test_shapes_that_fit_are_accepted(kind, lengths, shape):
    assert check_shape("x", kind(lengths), shape) is None


@pytest.mark.parametrize(
    ("lengths", "shape", "message"),
    [
        ((2, 3), ("B", 1), "x must have shape (B, 1), got (2, 3)"),
        ((2, 3), ("N", "N"), "x must have shape (N, N), got (2, 3)"),
        ((2, 3, 2), ("N", "M", "M"), "x must have shape (N, M, M), got (2, 3, 2)"),
        ((0, 3), ("B", 3), "x must have shape (B, 3), got (0, 3)"),
        ((3, 0), (3, 1), "x must have shape (3, 1), got (3, 0)"),
        ((5,), ("B", "T"), "x must have shape (B, T), got (5,)"),
        ((5, 1), ("B",), "x must have shape (B,), got (5, 1)"),
        ((), ("B",), "x must have shape (B,), got ()"),
        ((1,), (), "x must have shape (), got (1,)"),
    ],
)
@pytest.mark.parametrize("kind", [torch.zeros, np.zeros])
def test_shapes_that_do_not_fit_are_refused(kind, lengths, shape, message):
    with refused(ValueError, message):
        check_shape("x", kind(lengths), shape)


@pytest.mark.parametrize(
    ("value", "shown"), [([1, 2], "[1, 2] (list)"), (3, "3 (int)"), (None, "None (NoneType)")]
)
def test_what_has_no_shape_is_refused(value, shown):
    with refused(TypeError, f"x must be a tensor of shape (B,), got {shown}"):
        check_shape("x", value, ("B",))


@pytest.mark.parametrize("kind", [torch.tensor, np.array])
def test_finite_entries_are_accepted(kind):
    for values in ([], [0.0, -1e30, 1e30], [1, -2], 0.5):
        assert check_finite("scores", kind(values)) is None
    assert check_finite("scores", torch.tensor([3e38], dtype=torch.bfloat16)) is None


@pytest.mark.parametrize("kind", [torch.tensor, np.array])
@pytest.mark.parametrize(
    ("values", "count"),
    [
        ([NAN], "1 of 1"),
        ([0.0, INF, 1.0], "1 of 3"),
        ([[0.0, -INF], [NAN, INF]], "3 of 4"),
        (NAN, "1 of 1"),
    ],
)
def test_entries_that_are_not_finite_are_counted(kind, values, count):
    with refused(ValueError, f"scores must be finite, got {count} entries infinite or not a number"):
        check_finite("scores", kind(values))


def test_half_precision_overflow_is_seen():
    with refused(ValueError, "scores must be finite, got 1 of 2 entries infinite or not a number"):
        check_finite("scores", torch.tensor([6e4, 6e4]).half() * torch.tensor([1.0, 2.0]).half())
