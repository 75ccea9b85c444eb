"""The order of a tape, for numbers and for arrays."""

import numpy as np
import pytest

from dlbook_lib.autodiff.order import in_order
from dlbook_lib.autodiff.scalar import Value
from dlbook_lib.autodiff.tape import Array


@pytest.mark.parametrize("start", [lambda: Value(2.0), lambda: Array(np.array(2.0))], ids=["number", "array"])
def test_each_value_stands_once_and_after_its_parts(start):
    x = start()
    unused = x * x
    square = x * x
    result = square * x + square
    order = in_order(result)
    places = {value.number: place for place, value in enumerate(order)}
    assert len(places) == len(order) == 4
    assert unused.number not in places
    assert order[-1] is result
    assert all(places[part.number] < places[value.number] for value in order for part, _ in value.parts)
