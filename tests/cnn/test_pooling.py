"""Pooling and unpooling against torch, the 4 × 4 table by hand, and what each loses and keeps."""

import re

import pytest
import torch
import torch.nn.functional as F

from dlbook_lib.cnn.pooling import avg_pool2d, avg_unpool2d, max_pool2d, max_unpool2d

WINDOWS = [(2, None), (3, None), ((2, 3), None), (3, 2), (2, 1), ((3, 1), (1, 2)), (1, 3), (2, 3)]


def draw(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("kernel_size", "stride"), WINDOWS)
def test_max_pooling_is_that_of_torch(kernel_size, stride):
    x = draw(2, 3, 7, 8)
    values, indices = max_pool2d(x, kernel_size, stride=stride)
    expected = F.max_pool2d(x, kernel_size, stride, return_indices=True)
    assert torch.equal(values, expected[0])
    assert torch.equal(indices, expected[1])


@pytest.mark.parametrize(("kernel_size", "stride"), WINDOWS)
def test_of_equal_maxima_the_first_wins_as_in_torch(kernel_size, stride):
    x = torch.randint(2, (2, 3, 7, 8), generator=torch.Generator().manual_seed(1)).double()
    indices = max_pool2d(x, kernel_size, stride=stride)[1]
    assert torch.equal(indices, F.max_pool2d(x, kernel_size, stride, return_indices=True)[1])


@pytest.mark.parametrize(("kernel_size", "stride"), WINDOWS)
def test_average_pooling_is_that_of_torch_and_a_depthwise_convolution(kernel_size, stride):
    x = draw(2, 3, 7, 8, seed=2)
    means = avg_pool2d(x, kernel_size, stride=stride)
    assert torch.allclose(means, F.avg_pool2d(x, kernel_size, stride), rtol=0, atol=1e-12)
    Kh, Kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    weight = torch.full((3, 1, Kh, Kw), 1 / (Kh * Kw), dtype=torch.float64)
    depthwise = F.conv2d(x, weight, stride=(Kh, Kw) if stride is None else stride, groups=3)
    assert torch.allclose(means, depthwise, rtol=0, atol=1e-12)


FOUR = torch.tensor(
    [[[[1.0, 3.0, 2.0, 0.0], [5.0, 7.0, 4.0, 6.0], [9.0, 8.0, 0.0, 1.0], [2.0, 1.0, 3.0, 2.0]]]]
)


def test_the_four_by_four_table_by_hand():
    values, indices = max_pool2d(FOUR, 2)
    assert values.tolist() == [[[[7, 6], [9, 3]]]]
    assert indices.tolist() == [[[[5, 7], [8, 14]]]]
    assert max_unpool2d(values, indices, 4).tolist() == [
        [[[0, 0, 0, 0], [0, 7, 0, 6], [9, 0, 0, 0], [0, 0, 3, 0]]]
    ]
    means = avg_pool2d(FOUR, 2)
    assert means.tolist() == [[[[4, 3], [5, 1.5]]]]
    assert avg_unpool2d(means, 2).tolist() == [
        [[[4, 4, 3, 3], [4, 4, 3, 3], [5, 5, 1.5, 1.5], [5, 5, 1.5, 1.5]]]
    ]
    assert avg_unpool2d(means, 2, adjoint=True)[0, 0, 0].tolist() == [1, 1, 0.75, 0.75]


@pytest.mark.parametrize(("kernel_size", "stride"), [(2, None), (2, 1), (3, 2)])
def test_max_unpooling_is_that_of_torch(kernel_size, stride):
    x = draw(2, 3, 8, 8, seed=3)
    values, indices = max_pool2d(x, kernel_size, stride=stride)
    ours = max_unpool2d(values, indices, (8, 8))
    assert torch.equal(ours, F.max_unpool2d(values, indices, kernel_size, stride, output_size=(8, 8)))


def test_max_unpooling_leaves_one_pixel_of_a_window():
    values, indices = max_pool2d(draw(1, 1, 8, 8, seed=4), 2)
    assert max_unpool2d(values, indices, 8).count_nonzero() == 16  # of 64


def test_pooling_again_recovers_maxima_only_if_none_is_negative():
    x = draw(4, 3, 8, 8, seed=5)
    for image, recovers in ((x.abs(), True), (x, False)):
        values, indices = max_pool2d(image, 2)
        again = max_pool2d(max_unpool2d(values, indices, 8), 2)[0]
        assert torch.equal(again, values.clamp(min=0))
        assert torch.equal(again, values) == recovers


@pytest.mark.parametrize("kernel_size", [1, 2, (2, 3), (4, 1)])
def test_average_pooling_undoes_average_unpooling_exactly(kernel_size):
    values = torch.randint(-9, 9, (2, 3, 4, 5), generator=torch.Generator().manual_seed(6)).double()
    assert torch.equal(avg_pool2d(avg_unpool2d(values, kernel_size), kernel_size), values)


def test_average_unpooling_is_the_nearest_pixel():
    values = draw(2, 3, 4, 5, seed=7)
    assert torch.equal(
        avg_unpool2d(values, (3, 2)), F.interpolate(values, scale_factor=(3, 2), mode="nearest")
    )


@pytest.mark.parametrize("kernel_size", [2, (2, 3)])
def test_the_adjoint_of_average_pooling(kernel_size):
    x = draw(2, 3, 4, 6, seed=8)
    pooled = avg_pool2d(x, kernel_size)
    y = draw(*pooled.shape, seed=9)
    back = avg_unpool2d(y, kernel_size, adjoint=True)
    assert torch.allclose((pooled * y).sum(), (x * back).sum(), rtol=0, atol=1e-12)


def test_the_gradient_of_max_pooling_is_one_hot_in_each_window():
    x = draw(1, 2, 6, 6, seed=10).requires_grad_()
    values, indices = max_pool2d(x, 2)
    values.sum().backward()
    assert torch.equal(x.grad, max_unpool2d(torch.ones_like(values), indices, 6).detach())
    assert avg_pool2d(x.grad, 2).eq(1 / 4).all()


def test_the_gradient_of_average_pooling_is_the_same_share_for_all():
    x = draw(1, 2, 6, 6, seed=11).requires_grad_()
    avg_pool2d(x, 3).sum().backward()
    assert torch.allclose(x.grad, torch.tensor(1 / 9, dtype=torch.float64), rtol=0, atol=1e-15)


def test_the_mean_is_linear_and_the_maximum_is_not():
    x, y = draw(1, 1, 6, 6, seed=12), draw(1, 1, 6, 6, seed=13)
    mixed = avg_pool2d(2 * x - y, 2)
    assert torch.allclose(mixed, 2 * avg_pool2d(x, 2) - avg_pool2d(y, 2), rtol=0, atol=1e-12)
    # Over ten pairs of seeds the largest gap is 1.7 to 3.5.
    gap = max_pool2d(2 * x - y, 2)[0] - (2 * max_pool2d(x, 2)[0] - max_pool2d(y, 2)[0])
    assert gap.abs().max() > 1


def test_a_spot_may_move_inside_its_window_but_not_out_of_it():
    def pooled(row, column):
        image = torch.zeros(1, 1, 6, 6)
        image[0, 0, row, column] = 1
        return max_pool2d(image, 2)[0]

    assert torch.equal(pooled(2, 2), pooled(3, 3))
    assert not torch.equal(pooled(2, 3), pooled(2, 4))


def test_a_shift_by_one_pixel_changes_max_pooling_and_not_the_global_mean():
    x = draw(1, 1, 8, 8, seed=14)
    shifted = x.roll(1, dims=3)
    # Over ten seeds the largest change is 1.0 to 3.9.
    assert (max_pool2d(shifted, 2)[0] - max_pool2d(x, 2)[0]).abs().max() > 0.5
    assert torch.allclose(avg_pool2d(shifted, 8), avg_pool2d(x, 8), rtol=0, atol=1e-12)


V, AT = torch.ones(1, 1, 2, 2), torch.zeros(1, 1, 2, 2, dtype=torch.int64)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: max_pool2d(V[0], 2), "x must have shape (B, C, H, W), got (1, 2, 2)"),
        (lambda: avg_pool2d(V[0], 2), "x must have shape (B, C, H, W), got (1, 2, 2)"),
        (lambda: max_pool2d(V, 0), "kernel_size must be at least 1, got 0"),
        (lambda: avg_pool2d(V, 2, stride=(1, 0)), "stride must be at least 1, got 0"),
        (
            lambda: max_pool2d(V, (2, 3)),
            "kernel_size must reach over at most size + 2 * padding = 2 pixels, "
            "got 3, which reaches over 3 with dilation 1",
        ),
        (lambda: max_unpool2d(V[0], AT, 4), "values must have shape (B, C, Ho, Wo), got (1, 2, 2)"),
        (lambda: max_unpool2d(V, AT[:, :, :1], 4), "indices must have shape (1, 1, 2, 2), got (1, 1, 1, 2)"),
        (lambda: max_unpool2d(V, AT.int(), 4), "indices.dtype must be one of torch.int64, got torch.int32"),
        (lambda: max_unpool2d(V, AT, (4, 0)), "size must be at least 1, got 0"),
        (lambda: avg_unpool2d(V[0], 2), "values must have shape (B, C, H, W), got (1, 2, 2)"),
        (lambda: avg_unpool2d(V, 0), "kernel_size must be at least 1, got 0"),
    ],
)
def test_errors_name_argument_value_and_rule(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
