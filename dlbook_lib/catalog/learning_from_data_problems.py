"""What the chapter on learning from data builds: kinds of problem and of supervision."""

from __future__ import annotations

from functools import partial

from dlbook_lib.catalog.schema import Entry, normal

__all__ = ["ENTRIES"]

_entry = partial(Entry, chapter="foundations/learning-from-data-problems")


def _positive(generator):
    """Draw places, means and standard deviations."""
    x, mean, std = normal((5,), (5,), (5,))(generator)
    return x, mean, std.exp()


def _two_gaussians(generator):
    """Draw means and variances of two."""
    a, s, b, t = normal((5,), (5,), (5,), (5,))(generator)
    return a, s.exp(), b, t.exp()


ENTRIES = (
    _entry(
        name="gaussian-density",
        title="Log-density of a Gaussian",
        symbol="dlbook_lib.learning.density.gaussian_log_density",
        anchor="density-modelling",
        inputs=_positive,
        output_shape=(5,),
        batched=3,
    ),
    _entry(
        name="gaussian-fit",
        title="A Gaussian by maximum likelihood",
        symbol="dlbook_lib.learning.density.fit_gaussian",
        anchor="density-modelling",
        inputs=normal((7,)),
        output_shape=((), ()),
        batched=0,
    ),
    _entry(
        name="gaussian-divergence",
        title="Kullback-Leibler divergence of two Gaussians",
        symbol="dlbook_lib.learning.density.gaussian_kl",
        anchor="density-modelling",
        inputs=_two_gaussians,
        output_shape=(5,),
        batched=4,
        paper="kullback1951information",
    ),
    _entry(
        name="gaussian-mixture",
        title="Mixture of Gaussians",
        symbol="dlbook_lib.learning.density.GaussianMixture",
        anchor="density-modelling",
        tiny=lambda GaussianMixture: GaussianMixture(3),
        inputs=normal((5,)),
        output_shape=(5,),
    ),
    _entry(
        name="k-means",
        title="Groups without labels",
        symbol="dlbook_lib.learning.clusters.kmeans",
        anchor="supervised-unsupervised",
        paper="lloyd1982least",
    ),
    _entry(
        name="purity",
        title="How well groups match classes",
        symbol="dlbook_lib.learning.clusters.purity",
        anchor="supervised-unsupervised",
    ),
    _entry(
        name="pseudo-labels",
        title="The answers that a classifier is sure of",
        symbol="dlbook_lib.learning.pseudo_labels.pseudo_labels",
        anchor="semi-supervised",
        paper="lee2013pseudo",
    ),
    _entry(
        name="self-training",
        title="Training on labels of one's own",
        symbol="dlbook_lib.learning.pseudo_labels.self_train",
        anchor="semi-supervised",
        paper="yarowsky1995unsupervised",
    ),
    _entry(
        name="stratified-split",
        title="Stratified parts of a data set",
        symbol="dlbook_lib.data.split.stratified_parts",
        anchor="data-split",
    ),
)
