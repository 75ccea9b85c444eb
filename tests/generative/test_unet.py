"""The U-Net: sizes, what each part can see, and attention against its definition."""

import pytest
import torch

from dlbook_lib.generative.unet import ImageAttention, ResidualBlock, SmallUNet


@pytest.mark.parametrize("size", [4, 8, 16])
@pytest.mark.parametrize("skips", [True, False])
def test_what_goes_in_comes_out(size, skips):
    torch.manual_seed(0)
    network = SmallUNet(3, width=8, skips=skips)
    assert network(torch.randn(2, 3, size, size), 5).shape == (2, 3, size, size)


def test_attention_moves_with_a_permutation_of_places():
    torch.manual_seed(0)
    attend = ImageAttention(8)
    x = torch.randn(1, 8, 3, 3)
    order = torch.randperm(9)
    moved = x.flatten(2)[..., order].view_as(x)
    expected = attend(x).flatten(2)[..., order].view_as(x)
    assert torch.allclose(attend(moved), expected, atol=1e-5)


def test_words_reach_every_pixel_and_their_order_does_not_matter():
    torch.manual_seed(0)
    network = SmallUNet(1, width=8, context_dim=6)
    x, words = torch.randn(1, 1, 8, 8), torch.randn(1, 4, 6, requires_grad=True)
    network(x, 3, words).sum().backward()
    assert words.grad.abs().sum() > 0
    assert torch.allclose(network(x, 3, words), network(x, 3, words.flip(1)), atol=1e-5)


def test_one_pixel_is_seen_everywhere_through_the_bottom():
    torch.manual_seed(0)
    network = SmallUNet(1, width=8)
    x = torch.randn(1, 1, 16, 16, requires_grad=True)
    network(x, 3)[0, 0, 0, 0].backward()
    assert (x.grad != 0).all()


def test_a_block_without_change_of_width_starts_at_its_input():
    block = ResidualBlock(4, 4, embedding=8)
    torch.nn.init.zeros_(block.conv2.weight)
    torch.nn.init.zeros_(block.conv2.bias)
    x = torch.randn(2, 4, 6, 6)
    assert torch.equal(block(x, torch.randn(2, 8)), x)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"^width must be a multiple of 4"):
        SmallUNet(1, width=6)
    with pytest.raises(ValueError, match=r"^x must have an even height"):
        SmallUNet(1, width=8)(torch.zeros(1, 1, 7, 8), 1)
