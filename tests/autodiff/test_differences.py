"""Finite differences against closed forms, and where they fail."""

import numpy as np
import pytest

from dlbook_lib.autodiff.differences import finite_differences, relative_error


def test_slopes_of_a_function_with_known_gradient():
    rng = np.random.default_rng(0)
    A = rng.normal(size=(3, 4))
    x = rng.normal(size=(3, 4))
    found = finite_differences(lambda x: float(np.sin(A * x).sum()), x)
    assert relative_error(found, A * np.cos(A * x)) < 1e-9


def test_a_central_difference_is_exact_for_a_parabola():
    found = finite_differences(lambda x: float(3 * x[0] ** 2 - x[0]), np.array([2.0]), step=0.5)
    assert found == pytest.approx([11.0], abs=1e-12)


def test_the_argument_stays_as_it_is_and_whole_numbers_are_taken():
    x = np.array([1, 2])
    assert finite_differences(lambda x: float(x @ x), x) == pytest.approx([2, 4])
    assert x.tolist() == [1, 2]


def test_across_a_kink_it_is_wrong():
    """At 0 the rectifier's slopes are 0 and 1; the difference says a half."""
    assert finite_differences(lambda x: float(np.maximum(x, 0).sum()), np.zeros(1)) == pytest.approx([0.5])


def test_the_relative_error():
    a = np.array([3.0, 4.0])
    assert relative_error(a, a) == 0
    assert relative_error(a, -a) == pytest.approx(2)
    assert relative_error(np.zeros(2), np.zeros(2)) == 0
    assert relative_error(1e-9 * a, 2e-9 * a) == pytest.approx(0.5)


def test_errors():
    with pytest.raises(ValueError, match=r"^step must be at least 1e-15, got 0$"):
        finite_differences(lambda x: 0.0, np.zeros(1), step=0)
    with pytest.raises(ValueError, match=r"^found must have shape \(3,\), got \(2,\)$"):
        relative_error(np.zeros(2), np.zeros(3))
