"""Gates against Python's own logic, and what one unit can and cannot be."""

import itertools

import pytest
import torch

from dlbook_lib.feedforward.threshold import GATES, XOR, circuit, gate, threshold_unit, truth_table

LOGIC = {
    "AND": lambda a, b: a and b,
    "OR": lambda a, b: a or b,
    "NAND": lambda a, b: not (a and b),
    "NOR": lambda a, b: not (a or b),
    "NOT": lambda a: not a,
}


@pytest.mark.parametrize("name", GATES)
def test_gates_are_pythons_logic(name):
    table = truth_table(len(GATES[name][0]))
    expected = [float(LOGIC[name](*map(bool, row))) for row in table.tolist()]
    assert gate(name, table).tolist() == expected


def test_the_circuit_is_exclusive_or():
    expected = [float(bool(a) != bool(b)) for a, b in truth_table(2).tolist()]
    assert circuit(truth_table(2))[:, 0].tolist() == expected
    assert circuit(truth_table(2), XOR)[:, 0].tolist() == expected


def test_one_unit_makes_fourteen_of_the_sixteen_functions_of_two_inputs():
    """All but exclusive or and its negation; small whole weights suffice for these."""
    x = truth_table(2)
    made = {
        tuple(threshold_unit(x, torch.tensor([a, b]), theta).int().tolist())
        for a, b in itertools.product((-1.0, 0.0, 1.0, 2.0), repeat=2)
        for theta in (-1.5, -0.5, 0.5, 1.5)
    }
    every = set(itertools.product((0, 1), repeat=4))
    assert every - made == {(0, 1, 1, 0), (1, 0, 0, 1)}


def test_gates_compose_in_layers():
    """The majority of three, from ANDs of pairs and an OR."""
    pairs = ((1.0, 1, 0), (1, 0, 1), (0, 1, 1)), (2.0, 2, 2)
    either = ((1.0, 1, 1),), (1.0,)
    x = truth_table(3)
    assert torch.equal(circuit(x, (pairs, either))[:, 0], (x.sum(dim=1) >= 2).float())


def test_the_truth_table_counts_upwards():
    table = truth_table(4)
    assert (table @ torch.tensor([8.0, 4, 2, 1])).tolist() == list(range(16))


def test_wrong_arguments():
    with pytest.raises(ValueError, match=r"name must be one of 'AND'.*got 'XOR'"):
        gate("XOR", truth_table(2))
    with pytest.raises(ValueError, match=r"x must have shape \(B, 1\)"):
        gate("NOT", truth_table(2))
    with pytest.raises(ValueError, match=r"layers\[0\] weights must have shape \(O, 3\)"):
        circuit(truth_table(3))
    with pytest.raises(ValueError, match="inputs must lie in"):
        truth_table(0)
