"""What the third notebook on convolution, up to LeNet-5, builds."""

from __future__ import annotations

from functools import partial

from dlbook_lib.catalog.schema import Entry, Published, normal

__all__ = ["ENTRIES"]

_entry = partial(Entry, chapter="vision/convolution-lenet")


def _pooled(generator):
    """Draw maxima together with the places where they stood."""
    import torch.nn.functional as F

    (x,) = normal((2, 3, 6, 6))(generator)
    return F.max_pool2d(x, 2, return_indices=True)


def _rated(generator):
    """Draw penalties together with the right classes."""
    import torch

    return torch.rand(6, 10, generator=generator) * 30, torch.randint(10, (6,), generator=generator)


def _codes(layer):
    """Build the output layer on three random codes."""
    import torch

    return layer(torch.randn(3, 5), trainable=True)


ENTRIES = (
    _entry(
        name="depthwise-conv",
        title="Depthwise convolution",
        symbol="dlbook_lib.cnn.separable.depthwise_conv2d",
        anchor="depthwise-conv",
        tiny=lambda depthwise_conv2d: partial(depthwise_conv2d, padding=1),
        inputs=normal((2, 3, 6, 6), (3, 3, 3)),
        output_shape=(2, 3, 6, 6),
        properties=("linear", "equivariant"),
    ),
    _entry(
        name="pointwise-conv",
        title="Pointwise convolution",
        symbol="dlbook_lib.cnn.separable.pointwise_conv2d",
        anchor="pointwise-conv",
        inputs=normal((2, 3, 4, 4), (5, 3)),
        output_shape=(2, 5, 4, 4),
        properties=("linear", "equivariant"),
    ),
    _entry(
        name="separable-conv",
        title="Depthwise-separable convolution",
        symbol="dlbook_lib.cnn.separable.DepthwiseSeparableConv2d",
        anchor="separable-conv",
        tiny=lambda layer: layer(3, 5, kernel_size=3, padding=1),
        inputs=normal((2, 3, 6, 6)),
        output_shape=(2, 5, 6, 6),
        paper="howard2017mobilenets",
        properties=("equivariant",),
    ),
    _entry(
        name="conv-backward",
        title="Gradients of a convolutional layer",
        symbol="dlbook_lib.cnn.backward.conv2d_gradients",
        anchor="conv-backward",
        tiny=lambda conv2d_gradients: partial(conv2d_gradients, stride=2, padding=1),
        inputs=normal((2, 3, 6, 6), (4, 3, 3, 3), (2, 4, 3, 3)),
        output_shape=((2, 3, 6, 6), (4, 3, 3, 3), (4,)),
        batched=0,
    ),
    _entry(
        name="max-pool-backward",
        title="Gradient of max pooling",
        symbol="dlbook_lib.cnn.backward.max_pool2d_gradient",
        anchor="pool-backward",
        tiny=lambda max_pool2d_gradient: partial(max_pool2d_gradient, size=6),
        inputs=_pooled,
        output_shape=(2, 3, 6, 6),
        batched=2,
        properties=("linear",),
    ),
    _entry(
        name="avg-pool-backward",
        title="Gradient of average pooling",
        symbol="dlbook_lib.cnn.backward.avg_pool2d_gradient",
        anchor="pool-backward",
        tiny=lambda avg_pool2d_gradient: partial(avg_pool2d_gradient, size=6, kernel_size=2),
        inputs=normal((2, 3, 3, 3)),
        output_shape=(2, 3, 6, 6),
        properties=("linear",),
    ),
    _entry(
        name="lenet-5",
        title="LeNet-5 as it is read today",
        symbol="dlbook_lib.cnn.lenet.LeNet5",
        anchor="lenet-5",
        tiny=lambda network: network(),
        inputs=normal((2, 1, 32, 32)),
        output_shape=(2, 10),
        paper="lecun1998gradient",
        published=Published(
            build=lambda network: network(),
            parameters=61_706,
            source="widths of section II.B with every C3 map linked, averages untrained and a dense output",
        ),
        properties=("fixed-size",),
    ),
    _entry(
        name="lenet-5-original",
        title="LeNet-5 as it was published",
        symbol="dlbook_lib.cnn.lenet_original.LeNet5Original",
        anchor="lenet-5-original",
        tiny=lambda network: network(),
        inputs=normal((2, 1, 32, 32)),
        output_shape=(2, 10),
        paper="lecun1998gradient",
        published=Published(
            build=lambda network: network(),
            parameters=60_000,
            source="the counts of section II.B, layer by layer: 156, 12, 1,516, 32, 48,120 and 10,164",
        ),
        properties=("fixed-size",),
    ),
    _entry(
        name="trained-subsampling",
        title="Sub-sampling with a trained coefficient and bias",
        symbol="dlbook_lib.cnn.lenet_layers.Subsampling",
        anchor="lenet-5-original",
        tiny=lambda layer: layer(3),
        inputs=normal((2, 3, 6, 6)),
        output_shape=(2, 3, 3, 3),
        paper="lecun1998gradient",
    ),
    _entry(
        name="linked-conv",
        title="Convolution along chosen links",
        symbol="dlbook_lib.cnn.lenet_layers.LinkedConv2d",
        anchor="lenet-5-original",
        tiny=lambda layer: layer([[0, 1], [1, 2], [0]], in_channels=3, kernel_size=3),
        inputs=normal((2, 3, 6, 6)),
        output_shape=(2, 3, 4, 4),
        paper="lecun1998gradient",
    ),
    _entry(
        name="euclidean-rbf",
        title="Squared distances to the code of each class",
        symbol="dlbook_lib.cnn.lenet_layers.EuclideanRBF",
        anchor="lenet-5-original",
        tiny=_codes,
        inputs=normal((2, 5)),
        output_shape=(2, 3),
        paper="lecun1998gradient",
    ),
    _entry(
        name="rbf-mse-loss",
        title="Penalty of the right class",
        symbol="dlbook_lib.cnn.lenet_losses.rbf_mse_loss",
        anchor="lenet-losses",
        inputs=_rated,
        batched=0,
        paper="lecun1998gradient",
        properties=("linear",),
    ),
    _entry(
        name="rbf-map-loss",
        title="Penalty of the right class against all others",
        symbol="dlbook_lib.cnn.lenet_losses.rbf_map_loss",
        anchor="lenet-losses",
        inputs=_rated,
        batched=0,
        paper="lecun1998gradient",
    ),
)
