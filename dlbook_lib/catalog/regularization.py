"""What the chapter on regularization builds."""

from __future__ import annotations

from functools import partial

from dlbook_lib.catalog.schema import Entry, normal

__all__ = ["ENTRIES"]

_penalties = partial(Entry, chapter="foundations/regularization")
_dropout = partial(Entry, chapter="foundations/regularization-dropout")
_data = partial(Entry, chapter="foundations/regularization-data")
_sharing = partial(Entry, chapter="foundations/regularization-sharing")


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


def _labelled(generator):
    """Draw logits and classes."""
    import torch

    return torch.randn((5, 4), generator=generator), torch.randint(4, (5,), generator=generator)


def _many(network):
    return network(3, (4, 6, 2))


def _stack(network):
    from torch import nn

    return network([nn.Linear(3, 3) for _ in range(4)])


def _heads(network):
    from torch import nn

    return network(nn.Linear(4, 6), features=6, heads={"class": 3, "parity": 2})


def _tied(penalty):
    return lambda a, b, c, d: penalty([a, b], [c, d])


ENTRIES = (
    _penalties(
        name="l1-norm",
        title="L1 norm of all weights",
        symbol="dlbook_lib.regularize.penalties.l1_norm",
        anchor="lasso",
        inputs=normal((3, 2), (4,)),
        batched=0,
        paper="tibshirani1996regression",
    ),
    _penalties(
        name="squared-norm",
        title="Squared L2 norm of all weights",
        symbol="dlbook_lib.regularize.penalties.squared_norm",
        anchor="ridge",
        inputs=normal((3, 2), (4,)),
        batched=0,
    ),
    _penalties(
        name="penalised-training",
        title="Training with a penalty on the weights",
        symbol="dlbook_lib.regularize.training.train_steps",
        anchor="penalised-objective",
    ),
    _penalties(
        name="ridge",
        title="Ridge regression in closed form",
        symbol="dlbook_lib.regularize.linear.ridge",
        anchor="ridge",
        tiny=lambda ridge: partial(ridge, strength=0.5),
        inputs=normal((6, 3), (6,)),
        output_shape=(3,),
        batched=0,
        paper="hoerl1970ridge",
    ),
    _penalties(
        name="ridge-descent",
        title="Gradient descent with weight decay",
        symbol="dlbook_lib.regularize.linear.descend",
        anchor="ridge",
        tiny=lambda descend: partial(descend, lr=0.1, steps=4, strength=0.1),
        inputs=normal((6, 3), (6,)),
        output_shape=(5, 3),
        batched=0,
    ),
    _penalties(
        name="soft-threshold",
        title="Soft thresholding",
        symbol="dlbook_lib.regularize.proximal.soft_threshold",
        anchor="lasso",
        tiny=lambda soft_threshold: partial(soft_threshold, threshold=0.3),
        inputs=normal((4, 5)),
        output_shape=(4, 5),
        paper="daubechies2004iterative",
    ),
    _penalties(
        name="ista",
        title="The lasso by proximal steps (ISTA)",
        symbol="dlbook_lib.regularize.proximal.ista",
        anchor="lasso",
        paper="beck2009fast",
    ),
    _penalties(
        name="subgradient-descent",
        title="The lasso by subgradient steps",
        symbol="dlbook_lib.regularize.proximal.subgradient_descent",
        anchor="lasso",
        tiny=lambda descent: partial(descent, l1=0.1, lr=0.1, steps=5),
        inputs=normal((6, 3), (6,)),
        output_shape=(3,),
        batched=0,
    ),
    _penalties(
        name="l2-ball",
        title="Projection onto the L2 ball",
        symbol="dlbook_lib.regularize.constrained.project_l2",
        anchor="penalty-geometry",
        tiny=lambda project: partial(project, radius=0.5),
        inputs=normal((4,)),
        output_shape=(4,),
        batched=0,
    ),
    _penalties(
        name="l1-ball",
        title="Projection onto the L1 ball",
        symbol="dlbook_lib.regularize.constrained.project_l1",
        anchor="penalty-geometry",
        tiny=lambda project: partial(project, radius=2.0),
        inputs=normal((4,)),
        output_shape=(4,),
        batched=0,
        paper="duchi2008efficient",
    ),
    _penalties(
        name="elastic-net",
        title="Elastic net",
        symbol="dlbook_lib.regularize.penalties.elastic_net",
        anchor="elastic-net",
        tiny=lambda elastic_net: partial(elastic_net, l1=0.1, l2=0.2),
        inputs=normal((3, 2), (4,)),
        batched=0,
        paper="zou2005regularization",
    ),
    _penalties(
        name="elastic-net-proximal",
        title="Proximal map of the elastic net",
        symbol="dlbook_lib.regularize.proximal.prox_elastic_net",
        anchor="elastic-net",
        tiny=lambda prox: partial(prox, l1=0.1, l2=0.2),
        inputs=normal((4, 5)),
        output_shape=(4, 5),
        paper="zou2005regularization",
    ),
    _penalties(
        name="early-stopper",
        title="Early stopping with patience, direction and restoration",
        symbol="dlbook_lib.regularize.early_stopping.EarlyStopper",
        anchor="early-stopping",
        paper="prechelt1998early",
    ),
    _penalties(
        name="stopping-shrinkage",
        title="What early stopping leaves of each direction",
        symbol="dlbook_lib.regularize.linear.stopping_shrinkage",
        anchor="early-stopping",
        tiny=lambda shrinkage: partial(shrinkage, lr=0.1, steps=3),
        inputs=normal((4,)),
        output_shape=(4,),
    ),
    _penalties(
        name="retrain-on-all",
        title="Retraining on all data for as many epochs",
        symbol="dlbook_lib.regularize.early_stopping.retrain",
        anchor="early-stopping-variants",
        paper="goodfellow2016deep",
    ),
    _penalties(
        name="continue-to-loss",
        title="Training on with all data to a target loss",
        symbol="dlbook_lib.regularize.early_stopping.continue_to_loss",
        anchor="early-stopping-variants",
        paper="goodfellow2016deep",
    ),
    _dropout(
        name="dropout",
        title="Dropout",
        symbol="dlbook_lib.regularize.dropout.dropout",
        anchor="dropout",
        tiny=lambda dropout: _seeded(dropout, p=0.4),
        inputs=normal((3, 8)),
        output_shape=(3, 8),
        batched=0,
        paper="srivastava2014dropout",
        properties=("linear",),
    ),
    _dropout(
        name="dropout-layer",
        title="Dropout as a layer",
        symbol="dlbook_lib.regularize.dropout.Dropout",
        anchor="dropout",
        paper="srivastava2014dropout",
    ),
    _dropout(
        name="dropconnect",
        title="DropConnect",
        symbol="dlbook_lib.regularize.dropout.DropConnectLinear",
        anchor="dropconnect",
        tiny=lambda layer: layer(4, 3),
        inputs=normal((2, 4)),
        output_shape=(2, 3),
        paper="wan2013regularization",
    ),
    _dropout(
        name="mc-dropout",
        title="Monte-Carlo dropout",
        symbol="dlbook_lib.regularize.dropout.mc_dropout",
        anchor="mc-dropout",
        paper="gal2016dropout",
    ),
    _dropout(
        name="side-by-side",
        title="Several networks in one array",
        symbol="dlbook_lib.regularize.side_by_side.SideBySide",
        anchor="dropout-experiment",
        tiny=_many,
        inputs=normal((2, 3, 4)),
        output_shape=(2, 3, 2),
    ),
    _dropout(
        name="spatial-dropout",
        title="Spatial dropout",
        symbol="dlbook_lib.regularize.dropout.spatial_dropout",
        anchor="spatial-dropout",
        tiny=lambda dropout: _seeded(dropout, p=0.4),
        inputs=normal((2, 6, 3, 3)),
        output_shape=(2, 6, 3, 3),
        batched=0,
        paper="tompson2015efficient",
        properties=("linear",),
    ),
    _dropout(
        name="dropblock",
        title="DropBlock",
        symbol="dlbook_lib.regularize.dropblock.dropblock",
        anchor="dropblock",
        tiny=lambda dropblock: _seeded(dropblock, p=0.3, block_size=2),
        inputs=normal((2, 3, 6, 6)),
        output_shape=(2, 3, 6, 6),
        batched=0,
        paper="ghiasi2018dropblock",
        properties=("linear",),
    ),
    _dropout(
        name="stochastic-depth",
        title="Stochastic depth",
        symbol="dlbook_lib.regularize.stochastic_depth.StochasticDepth",
        anchor="stochastic-depth",
        tiny=_stack,
        inputs=normal((2, 3)),
        output_shape=(2, 3),
        paper="huang2016deep",
    ),
    _dropout(
        name="input-noise",
        title="Gaussian noise on the inputs",
        symbol="dlbook_lib.regularize.noise.add_noise",
        anchor="input-noise",
        tiny=lambda add_noise: _seeded(add_noise, std=0.1),
        inputs=normal((3, 5)),
        output_shape=(3, 5),
        batched=0,
        paper="bishop1995training",
    ),
    _dropout(
        name="noise-variance",
        title="Variance that input noise gives to outputs",
        symbol="dlbook_lib.regularize.noise.noise_variance",
        anchor="input-noise",
        inputs=normal((3, 5), (5,)),
        output_shape=(3,),
        batched=0,
        paper="bishop1995training",
    ),
    _dropout(
        name="weight-noise",
        title="Noise on the weights",
        symbol="dlbook_lib.regularize.noise.noisy_weights",
        anchor="weight-noise",
    ),
    _dropout(
        name="sharpness",
        title="Sharpness of a minimum",
        symbol="dlbook_lib.regularize.noise.sharpness",
        anchor="weight-noise",
    ),
    _dropout(
        name="label-smoothing",
        title="Label smoothing",
        symbol="dlbook_lib.regularize.labels.smooth_labels",
        anchor="label-smoothing",
        paper="szegedy2016rethinking",
    ),
    _dropout(
        name="soft-cross-entropy",
        title="Cross-entropy with distributions as targets",
        symbol="dlbook_lib.regularize.labels.soft_cross_entropy",
        anchor="label-smoothing",
        inputs=normal((5, 4), (5, 4)),
        batched=0,
    ),
    _dropout(
        name="expected-relabelling",
        title="Expected loss under uniform relabelling",
        symbol="dlbook_lib.regularize.labels.relabelled_loss",
        anchor="label-smoothing",
        tiny=lambda loss: partial(loss, alpha=0.1),
        inputs=_labelled,
        batched=0,
    ),
    _dropout(
        name="calibration-error",
        title="Expected calibration error",
        symbol="dlbook_lib.regularize.labels.calibration_error",
        anchor="label-smoothing",
        paper="guo2017calibration",
    ),
    _data(
        name="image-rotation",
        title="Rotation of pictures",
        symbol="dlbook_lib.regularize.augment.rotate",
        anchor="image-augmentation",
        tiny=lambda rotate: partial(rotate, degrees=20.0),
        inputs=_pictures(2, 3, 6, 6),
        output_shape=(2, 3, 6, 6),
        properties=("linear",),
    ),
    _data(
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
    _data(
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
    _data(
        name="adjust-light",
        title="Random brightness, colour and contrast",
        symbol="dlbook_lib.regularize.augment.adjust_light",
        anchor="image-augmentation",
        tiny=lambda adjust: _seeded(adjust, brightness=0.1, contrast=0.1),
        inputs=_pictures(2, 3, 6, 6),
        output_shape=(2, 3, 6, 6),
        batched=0,
    ),
    _data(
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
    _data(
        name="pca-colour-noise",
        title="Noise along the principal colours",
        symbol="dlbook_lib.regularize.crops.pca_noise",
        anchor="alexnet-augmentation",
        paper="krizhevsky2012imagenet",
    ),
    _data(
        name="typing-errors",
        title="Typing errors",
        symbol="dlbook_lib.regularize.text.mistype",
        anchor="text-augmentation",
    ),
    _data(
        name="eda",
        title="Easy data augmentation of sentences",
        symbol="dlbook_lib.regularize.text.eda",
        anchor="text-augmentation",
        paper="wei2019eda",
    ),
    _data(
        name="word-dropout",
        title="Dropping words",
        symbol="dlbook_lib.regularize.text.drop_words",
        anchor="text-augmentation",
    ),
    _data(
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
    _data(
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
    _data(
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
    _data(
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
    _data(
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
    _sharing(
        name="multitask",
        title="Multi-task network: one trunk, several heads",
        symbol="dlbook_lib.regularize.sharing.MultiTask",
        anchor="multitask",
        tiny=_heads,
        inputs=normal((2, 4)),
        output_shape=((2, 3), (2, 2)),
        paper="caruana1997multitask",
    ),
    _sharing(
        name="parameter-tying",
        title="Penalty that ties two sets of weights",
        symbol="dlbook_lib.regularize.penalties.tying_penalty",
        anchor="parameter-tying",
        tiny=_tied,
        inputs=normal((3, 2), (4,), (3, 2), (4,)),
        batched=0,
    ),
    _sharing(
        name="bootstrap",
        title="Bootstrap sample",
        symbol="dlbook_lib.regularize.ensembles.bootstrap",
        anchor="bagging",
        paper="breiman1996bagging",
    ),
    _sharing(
        name="bagging-error",
        title="Error of an average of predictors",
        symbol="dlbook_lib.regularize.ensembles.bagging_error",
        anchor="bagging",
        paper="breiman1996bagging",
    ),
)
