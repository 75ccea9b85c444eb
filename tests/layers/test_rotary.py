"""Rotary positions against complex multiplication, and their defining property: only the distance is left."""

import pytest
import torch

from dlbook_lib.layers.rotary import half_split_order, rotary_angles, rotate


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_pairs_are_multiplied_by_complex_numbers():
    x = draw(3, 7, 8)
    angles = rotary_angles(torch.arange(7), 8)
    turned = torch.view_as_complex(x.unflatten(-1, (4, 2))) * torch.polar(torch.ones_like(angles), angles)
    torch.testing.assert_close(rotate(x), torch.view_as_real(turned).flatten(-2))


def test_angles_are_those_of_the_paper():
    angles = rotary_angles(torch.tensor([3]), 64)
    assert angles[0, 0] == 3
    assert angles[0, 5].item() == pytest.approx(3 * 10000 ** (-10 / 64))


@pytest.mark.parametrize("layout", ["interleaved", "half-split"])
def test_scores_know_the_distance_only(layout):
    q, k = draw(1, 64), draw(1, 64, seed=1)
    pairs = ((3, 1), (103, 101), (2050, 2048))
    scores = torch.cat(
        [
            rotate(q, torch.tensor([m]), layout=layout) @ rotate(k, torch.tensor([n]), layout=layout).mT
            for m, n in pairs
        ]
    )
    assert (scores - scores[0]).abs().max() < 1e-9
    elsewhere = rotate(q, torch.tensor([4]), layout=layout) @ rotate(k, torch.tensor([1]), layout=layout).mT
    assert (elsewhere - scores[0]).abs() > 1e-2


def test_single_precision_keeps_the_property_far_out():
    q, k = draw(1, 64).float(), draw(1, 64, seed=1).float()
    near, far = (rotate(q, torch.tensor([m])) @ rotate(k, torch.tensor([m - 2])).mT for m in (3, 1_000_003))
    assert (near - far).abs() < 1e-4


def test_lengths_stay_and_turning_back_undoes():
    x, places = draw(5, 16), torch.arange(5)
    torch.testing.assert_close(rotate(x).norm(dim=-1), x.norm(dim=-1))
    torch.testing.assert_close(rotate(rotate(x), -places), x)
    assert torch.equal(rotate(x)[0], x[0])


def test_the_layouts_differ_by_a_permutation():
    x, order = draw(5, 16), half_split_order(16)
    torch.testing.assert_close(rotate(x)[:, order], rotate(x[:, order], layout="half-split"))
    assert (rotate(x) - rotate(x, layout="half-split")).abs().max() > 0.1


def test_errors():
    with pytest.raises(ValueError, match=r"^dim must be even, or one number has no partner, got 5"):
        rotate(torch.zeros(2, 5))
    with pytest.raises(ValueError, match=r"^layout must be one of 'interleaved', 'half-split', got 'gpt'"):
        rotate(torch.zeros(2, 4), layout="gpt")
    with pytest.raises(ValueError, match=r"^dim must be even"):
        half_split_order(3)
