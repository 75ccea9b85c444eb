"""What the notebook on history builds."""

from __future__ import annotations

from functools import partial

from dlbook_lib.catalog.schema import Entry

__all__ = ["ENTRIES"]

_entry = partial(Entry, chapter="foundations/introduction-history")


def _pictures(visible: int):
    """Draw two pictures of zeros and ones."""

    def draw(generator):
        import torch  # only here: reading the catalogue needs no torch

        return (torch.rand(2, visible, generator=generator).round(),)

    return draw


ENTRIES = (
    _entry(
        name="entropy",
        title="Entropy of a distribution",
        symbol="dlbook_lib.learning.entropy.entropy",
        anchor="entropy",
        paper="shannon1948mathematical",
    ),
    _entry(
        name="huffman-lengths",
        title="Huffman's code lengths",
        symbol="dlbook_lib.learning.entropy.huffman_lengths",
        anchor="entropy",
        paper="huffman1952method",
    ),
    _entry(
        name="code-words",
        title="Prefix code of given lengths",
        symbol="dlbook_lib.learning.entropy.code_words",
        anchor="entropy",
        paper="huffman1952method",
    ),
    _entry(
        name="restricted-boltzmann-machine",
        title="Restricted Boltzmann machine",
        symbol="dlbook_lib.generative.boltzmann.RestrictedBoltzmannMachine",
        anchor="boltzmann-machine",
        tiny=lambda RestrictedBoltzmannMachine: RestrictedBoltzmannMachine(6, 4),
        inputs=_pictures(6),
        output_shape=(2,),
        paper="smolensky1986information",
    ),
    _entry(
        name="contrastive-divergence",
        title="Contrastive divergence",
        symbol="dlbook_lib.generative.boltzmann.train_machine",
        anchor="boltzmann-machine",
        paper="hinton2002training",
    ),
    _entry(
        name="deep-belief-net",
        title="Deep belief net",
        symbol="dlbook_lib.generative.belief_net.DeepBeliefNet",
        anchor="layer-wise-pretraining",
        tiny=lambda DeepBeliefNet: DeepBeliefNet([6, 5, 4]),
        inputs=_pictures(6),
        output_shape=(2, 6),
        paper="hinton2006fast",
    ),
    _entry(
        name="greedy-pretraining",
        title="Greedy layer-wise pre-training",
        symbol="dlbook_lib.generative.belief_net.train_greedily",
        anchor="layer-wise-pretraining",
        paper="bengio2007greedy",
    ),
    _entry(
        name="pretrained-classifier",
        title="Classifier of logistic units, started from the stack",
        symbol="dlbook_lib.generative.belief_net.sigmoid_classifier",
        anchor="layer-wise-pretraining",
        paper="bengio2007greedy",
    ),
)
