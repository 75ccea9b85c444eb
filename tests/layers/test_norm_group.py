"""Group and instance normalization against torch's, and the contrast that the second removes."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlbook_lib.layers.norm_group import GroupNorm, InstanceNorm, group_norm, instance_norm
from dlbook_lib.layers.norm_layer import layer_norm


def draw(*shape, seed=0):
    return 3 * torch.randn(*shape, generator=torch.Generator().manual_seed(seed)) + 1


@pytest.mark.parametrize("groups", [1, 2, 3, 6])
@pytest.mark.parametrize("shape", [(4, 6, 5, 3), (2, 6, 9), (3, 6, 2, 2, 4)])
def test_groups_are_torchs(groups, shape):
    x, gamma, beta = draw(*shape), draw(6, seed=1), draw(6, seed=2)
    torch.testing.assert_close(
        group_norm(x, groups, gamma, beta), F.group_norm(x, groups, gamma, beta), rtol=0, atol=1e-5
    )
    ours, theirs = GroupNorm(groups, 6), nn.GroupNorm(groups, 6)
    for layer in (ours, theirs):
        for parameter, value in zip(layer.parameters(), (gamma, beta)):
            parameter.data.copy_(value)
    torch.testing.assert_close(ours(x), theirs(x), rtol=0, atol=1e-5)


def test_instances_are_torchs():
    x, gamma, beta = draw(4, 6, 5, 3), draw(6, seed=1), draw(6, seed=2)
    expected = F.instance_norm(x, weight=gamma, bias=beta)
    torch.testing.assert_close(instance_norm(x, gamma, beta), expected, rtol=0, atol=1e-5)
    torch.testing.assert_close(InstanceNorm(6)(x), nn.InstanceNorm2d(6)(x), rtol=0, atol=5e-6)
    layer = InstanceNorm(6, affine=True)
    layer.gamma.data, layer.beta.data = gamma, beta
    torch.testing.assert_close(layer(x), expected, rtol=0, atol=1e-5)


def test_the_two_ends_are_layer_and_instance():
    x = draw(4, 6, 5, 3)
    torch.testing.assert_close(group_norm(x, 1), layer_norm(x, (6, 5, 3)), rtol=0, atol=2e-6)
    torch.testing.assert_close(group_norm(x, 6), instance_norm(x), rtol=0, atol=2e-6)


def test_contrast_and_brightness_of_each_image_are_gone():
    x = draw(4, 3, 8, 8)
    a, b = torch.tensor([0.2, 1.0, 3.0, 9.0]).view(4, 1, 1, 1), draw(4, 1, 1, 1, seed=4)
    torch.testing.assert_close(instance_norm(a * x + b), instance_norm(x), rtol=0, atol=1e-4)
    assert (instance_norm(-x) + instance_norm(x)).abs().max() < 1e-5  # a negative keeps its sign


def test_bad_arguments():
    with pytest.raises(ValueError, match="groups must divide the channels, got 4 for 6"):
        GroupNorm(4, 6)
    with pytest.raises(ValueError, match="groups must divide the channels, got 4 for 6"):
        group_norm(torch.zeros(1, 6, 2), 4)
    with pytest.raises(ValueError, match="channels must be at least 1"):
        GroupNorm(1, 0)
    with pytest.raises(ValueError, match="channels must be at least 1"):
        InstanceNorm(0)
    with pytest.raises(ValueError, match="places must be at least 2, got 1"):
        instance_norm(torch.zeros(4, 3, 1, 1))
