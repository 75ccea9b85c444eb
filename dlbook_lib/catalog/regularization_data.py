"""What the chapter on regularization builds: augmentation and mixing."""

from __future__ import annotations

from functools import partial

from dlbook_lib.catalog.schema import Entry

__all__ = ["ENTRIES"]

_entry = partial(Entry, chapter="foundations/regularization-data")


def _seeded(function, **fixed):
    """Fix what is drawn, so that a call repeats itself."""

    def call(*inputs):
        import torch

        return function(*inputs, generator=torch.Generator().manual_seed(0), **fixed)

    return call


def _pictures(*shape):
    """Draw pictures in [0, 1]."""

    def draw(generator):
        import torch

        return (torch.rand(shape, generator=generator),)

    return draw


def _with_targets(generator):
    """Draw pictures and distributions over four classes."""
    import torch

    x = torch.rand((3, 2, 6, 6), generator=generator)
    return x, torch.rand((3, 4), generator=generator).softmax(dim=1)


ENTRIES = (
    _entry(
        name="image-rotation",
        title="Rotation of pictures",
        symbol="dlbook_lib.regularize.augment.rotate",
        anchor="image-augmentation",
        tiny=lambda rotate: partial(rotate, degrees=20.0),
        inputs=_pictures(2, 3, 6, 6),
        output_shape=(2, 3, 6, 6),
        properties=("linear",),
    ),
    _entry(
        name="random-affine",
        title="Random rotation, translation and scale",
        symbol="dlbook_lib.regularize.augment.random_affine",
        anchor="image-augmentation",
        tiny=lambda affine: _seeded(affine, degrees=20.0, shift=1.0, scale=0.1),
        inputs=_pictures(2, 3, 6, 6),
        output_shape=(2, 3, 6, 6),
        batched=0,
        properties=("linear",),
    ),
    _entry(
        name="random-flip",
        title="Random mirror images",
        symbol="dlbook_lib.regularize.augment.flip",
        anchor="image-augmentation",
        tiny=lambda flip: _seeded(flip),
        inputs=_pictures(4, 3, 6, 6),
        output_shape=(4, 3, 6, 6),
        batched=0,
        properties=("linear",),
    ),
    _entry(
        name="adjust-light",
        title="Random brightness, colour and contrast",
        symbol="dlbook_lib.regularize.augment.adjust_light",
        anchor="image-augmentation",
        tiny=lambda adjust: _seeded(adjust, brightness=0.1, contrast=0.1),
        inputs=_pictures(2, 3, 6, 6),
        output_shape=(2, 3, 6, 6),
        batched=0,
    ),
    _entry(
        name="random-crop",
        title="Random crops",
        symbol="dlbook_lib.regularize.crops.random_crop",
        anchor="alexnet-augmentation",
        tiny=lambda crop: _seeded(crop, crop=5),
        inputs=_pictures(2, 3, 8, 8),
        output_shape=(2, 3, 5, 5),
        batched=0,
        paper="krizhevsky2012imagenet",
        properties=("linear",),
    ),
    _entry(
        name="pca-colour-noise",
        title="Noise along the principal colours",
        symbol="dlbook_lib.regularize.crops.pca_noise",
        anchor="alexnet-augmentation",
        paper="krizhevsky2012imagenet",
    ),
    _entry(
        name="typing-errors",
        title="Typing errors",
        symbol="dlbook_lib.regularize.text.mistype",
        anchor="text-augmentation",
    ),
    _entry(
        name="eda",
        title="Easy data augmentation of sentences",
        symbol="dlbook_lib.regularize.text.eda",
        anchor="text-augmentation",
        paper="wei2019eda",
    ),
    _entry(
        name="word-dropout",
        title="Dropping words",
        symbol="dlbook_lib.regularize.text.drop_words",
        anchor="text-augmentation",
    ),
    _entry(
        name="randaugment",
        title="RandAugment",
        symbol="dlbook_lib.regularize.randaugment.rand_augment",
        anchor="randaugment",
        tiny=lambda augment: _seeded(augment, num_ops=2, magnitude=3.0, operations=("rotate", "shear-x")),
        inputs=_pictures(4, 3, 6, 6),
        output_shape=(4, 3, 6, 6),
        batched=0,
        paper="cubuk2020randaugment",
    ),
    _entry(
        name="mixup",
        title="MixUp",
        symbol="dlbook_lib.regularize.mixing.mixup",
        anchor="mixup",
        tiny=lambda mixup: _seeded(mixup, alpha=0.5),
        inputs=_with_targets,
        output_shape=((3, 2, 6, 6), (3, 4)),
        batched=0,
        paper="zhang2018mixup",
    ),
    _entry(
        name="cutout",
        title="Cutout",
        symbol="dlbook_lib.regularize.erasing.cutout",
        anchor="cutout",
        tiny=lambda cutout: _seeded(cutout, size=3),
        inputs=_pictures(2, 3, 6, 6),
        output_shape=(2, 3, 6, 6),
        batched=0,
        paper="devries2017improved",
        properties=("linear",),
    ),
    _entry(
        name="random-erasing",
        title="Random Erasing",
        symbol="dlbook_lib.regularize.erasing.random_erasing",
        anchor="random-erasing",
        tiny=lambda erase: _seeded(erase),
        inputs=_pictures(4, 3, 6, 6),
        output_shape=(4, 3, 6, 6),
        batched=0,
        paper="zhong2020random",
    ),
    _entry(
        name="cutmix",
        title="CutMix",
        symbol="dlbook_lib.regularize.mixing.cutmix",
        anchor="cutmix",
        tiny=lambda cutmix: _seeded(cutmix),
        inputs=_with_targets,
        output_shape=((3, 2, 6, 6), (3, 4), (3,)),
        batched=0,
        paper="yun2019cutmix",
    ),
)
