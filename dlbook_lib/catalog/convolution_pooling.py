"""What the second notebook on convolution, on sizes, shifts and pooling, builds."""

from __future__ import annotations

from functools import partial

from dlbook_lib.catalog.schema import Entry, normal

__all__ = ["ENTRIES"]

_entry = partial(Entry, chapter="vision/convolution-pooling")


def _pooled(generator):
    """Draw maxima together with the places where they stood."""
    import torch.nn.functional as F

    (x,) = normal((2, 3, 6, 6))(generator)
    return F.max_pool2d(x, 2, return_indices=True)


def _first_two(cells):
    """Fix a bank of two orientations, wherever the pictures are."""
    from dlbook_lib.cnn.gabor import gabor_bank

    return lambda x: cells(x, gabor_bank(3, orientations=2).to(x.device))


def _pooled_cells(cells):
    """Fix the bank and the region."""
    return _first_two(partial(cells, pool=3))


ENTRIES = (
    _entry(
        name="output-size",
        title="Output size of a sliding window",
        symbol="dlbook_lib.cnn.geometry.output_size",
        anchor="output-size",
        paper="dumoulin2016guide",
    ),
    _entry(
        name="dilated-conv",
        title="Dilated convolution",
        symbol="dlbook_lib.cnn.conv_layer.conv2d_matmul",
        anchor="dilated",
        tiny=lambda conv2d_matmul: partial(conv2d_matmul, padding=2, dilation=2),
        inputs=normal((2, 3, 6, 6), (4, 3, 3, 3)),
        output_shape=(2, 4, 6, 6),
        paper="yu2016multi",
        properties=("linear", "equivariant"),
    ),
    _entry(
        name="receptive-field",
        title="Receptive field of a stack of layers",
        symbol="dlbook_lib.cnn.receptive_field.receptive_field",
        anchor="receptive-field",
        paper="araujo2019computing",
    ),
    _entry(
        name="effective-receptive-field",
        title="Effective receptive field",
        symbol="dlbook_lib.cnn.receptive_field.effective_receptive_field",
        anchor="effective-receptive-field",
        paper="luo2016understanding",
    ),
    _entry(
        name="max-pool",
        title="Max pooling",
        symbol="dlbook_lib.cnn.pooling.max_pool2d",
        anchor="max-pool",
        tiny=lambda max_pool2d: partial(max_pool2d, kernel_size=2),
        inputs=normal((2, 3, 6, 6)),
        output_shape=((2, 3, 3, 3), (2, 3, 3, 3)),
        properties=("monotone",),
    ),
    _entry(
        name="avg-pool",
        title="Average pooling",
        symbol="dlbook_lib.cnn.pooling.avg_pool2d",
        anchor="avg-pool",
        tiny=lambda avg_pool2d: partial(avg_pool2d, kernel_size=3, stride=1),
        inputs=normal((2, 3, 6, 6)),
        output_shape=(2, 3, 4, 4),
        properties=("linear", "monotone"),
    ),
    _entry(
        name="simple-cells",
        title="Simple cells of the visual cortex",
        symbol="dlbook_lib.cnn.gabor.simple_cells",
        anchor="simple-complex-cells",
        tiny=_first_two,
        inputs=normal((2, 1, 10, 10)),
        output_shape=(2, 2, 8, 8),
        paper="hubel1962receptive",
        properties=("equivariant",),
    ),
    _entry(
        name="complex-cells",
        title="Complex cells of the visual cortex",
        symbol="dlbook_lib.cnn.gabor.complex_cells",
        anchor="simple-complex-cells",
        tiny=_pooled_cells,
        inputs=normal((2, 1, 10, 10)),
        output_shape=(2, 2, 2, 2),
        paper="fukushima1980neocognitron",
    ),
    _entry(
        name="max-unpool",
        title="Max unpooling",
        symbol="dlbook_lib.cnn.pooling.max_unpool2d",
        anchor="max-unpool",
        tiny=lambda max_unpool2d: partial(max_unpool2d, size=6),
        inputs=_pooled,
        output_shape=(2, 3, 6, 6),
        batched=2,
        paper="zeiler2014visualizing",
        properties=("linear",),
    ),
    _entry(
        name="avg-unpool",
        title="Average unpooling",
        symbol="dlbook_lib.cnn.pooling.avg_unpool2d",
        anchor="avg-unpool",
        tiny=lambda avg_unpool2d: partial(avg_unpool2d, kernel_size=2),
        inputs=normal((2, 3, 3, 3)),
        output_shape=(2, 3, 6, 6),
        properties=("linear", "monotone"),
    ),
    _entry(
        name="transposed-conv",
        title="Transposed convolution",
        symbol="dlbook_lib.cnn.transposed.conv_transpose2d",
        anchor="transposed-conv",
        tiny=lambda conv_transpose2d: partial(conv_transpose2d, stride=2, padding=1),
        inputs=normal((2, 4, 3, 3), (4, 3, 3, 3)),
        output_shape=(2, 3, 5, 5),
        paper="dumoulin2016guide",
        properties=("linear",),
    ),
)
