"""What the chapter on convolution builds."""

from __future__ import annotations

from functools import partial

from dlbook_lib.catalog.schema import Entry, normal

__all__ = ["ENTRIES"]

_entry = partial(Entry, chapter="vision/convolution")


ENTRIES = (
    _entry(
        name="convolution-1d",
        title="Discrete convolution of two sequences",
        symbol="dlbook_lib.cnn.convolution.convolve1d",
        anchor="conv-1d",
        inputs=normal((6,), (3,)),
        output_shape=(8,),
        batched=0,
        properties=("linear", "commutative"),
    ),
    _entry(
        name="convolution-2d",
        title="Discrete convolution of an image and a kernel",
        symbol="dlbook_lib.cnn.convolution.convolve2d",
        anchor="conv-2d",
        inputs=normal((6, 7), (3, 2)),
        output_shape=(8, 8),
        batched=0,
        properties=("linear", "commutative", "equivariant"),
    ),
    _entry(
        name="cross-correlation",
        title="Cross-correlation",
        symbol="dlbook_lib.cnn.convolution.correlate2d",
        anchor="cross-correlation",
        tiny=lambda correlate2d: partial(correlate2d, mode="same"),
        inputs=normal((6, 7), (3, 3)),
        output_shape=(6, 7),
        batched=0,
        properties=("linear", "equivariant"),
    ),
    _entry(
        name="toeplitz",
        title="One-dimensional layer as a Toeplitz matrix",
        symbol="dlbook_lib.cnn.convolution.toeplitz",
        anchor="local-connectivity",
        tiny=lambda toeplitz: partial(toeplitz, length=6, padding=1),
        inputs=normal((3,)),
        output_shape=(6, 6),
        batched=0,
        properties=("linear",),
    ),
    _entry(
        name="convolution-matrix",
        title="Two-dimensional layer as a sparse matrix",
        symbol="dlbook_lib.cnn.convolution.convolution_matrix",
        anchor="local-connectivity",
        tiny=lambda convolution_matrix: partial(convolution_matrix, size=(4, 5), stride=2, padding=1),
        inputs=normal((3, 3)),
        output_shape=(6, 20),
        batched=0,
        properties=("linear",),
        paper="dumoulin2016guide",
    ),
    _entry(
        name="conv-layer-loops",
        title="Convolutional layer in plain loops",
        symbol="dlbook_lib.cnn.conv_layer.conv2d_loops",
        anchor="conv-layer",
        inputs=normal((2, 2, 4, 4), (3, 2, 2, 2), (3,)),
        output_shape=(2, 3, 3, 3),
    ),
    _entry(
        name="conv-layer-1d",
        title="Convolutional layer for signals",
        symbol="dlbook_lib.cnn.conv_layer.conv1d",
        anchor="conv1d-layer",
        tiny=lambda conv1d: partial(conv1d, padding=1),
        inputs=normal((2, 3, 8), (4, 3, 3), (4,)),
        output_shape=(2, 4, 8),
    ),
    _entry(
        name="im2col",
        title="Windows as columns of a matrix",
        symbol="dlbook_lib.cnn.conv_layer.unfold_patches",
        anchor="im2col",
        tiny=lambda unfold_patches: partial(unfold_patches, kernel_size=3, stride=2, padding=1),
        inputs=normal((2, 3, 6, 6)),
        output_shape=(2, 27, 9),
        paper="chellapilla2006high",
        properties=("linear",),
    ),
    _entry(
        name="conv-layer-matmul",
        title="Convolutional layer as one matrix product",
        symbol="dlbook_lib.cnn.conv_layer.conv2d_matmul",
        anchor="im2col",
        tiny=lambda conv2d_matmul: partial(conv2d_matmul, padding=1),
        inputs=normal((2, 3, 6, 6), (4, 3, 3, 3)),
        output_shape=(2, 4, 6, 6),
        paper="chellapilla2006high",
        properties=("linear", "equivariant"),
    ),
)
