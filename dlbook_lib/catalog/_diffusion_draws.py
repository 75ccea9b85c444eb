"""What the catalogue of diffusion draws and builds for its tests: times, classes, captions, chances."""

from __future__ import annotations

from functools import partial

from dlbook_lib.catalog.schema import normal

__all__ = []  # serves the files of this folder on diffusion only


def bars(steps: int = 10):
    from dlbook_lib.generative.schedules import linear_schedule

    return linear_schedule(steps)


def timed(*shapes, classes=0, words=None, longest=10):
    """Draw normal tensors, then a time for each row, then a class or a caption for each row."""

    def draw(generator):
        import torch

        tensors = normal(*shapes)(generator)
        rows = len(tensors[0])
        drawn = [torch.randint(1, longest + 1, (rows,), generator=generator)]
        if classes:
            drawn.append(torch.randint(classes, (rows,), generator=generator))
        if words:
            drawn.append(torch.randint(1, words[1], (rows, words[0]), generator=generator))
        return (*tensors, *drawn)

    return draw


def tokens(length, symbols):
    """Draw two rows of symbols."""

    def draw(generator):
        import torch

        return (torch.randint(1, symbols, (2, length), generator=generator),)

    return draw


def positive(generator):
    """Draw means and variances of two sets of Gaussians."""
    mean, variance, other_mean, other_variance = normal(*[(4, 3)] * 4)(generator)
    return mean, variance.exp(), other_mean, other_variance.exp()


def times(generator):
    import torch

    return (1000 * torch.rand(4, generator=generator),)


def chances(generator):
    """Draw probabilities of a first symbol, and a later one."""
    import torch

    return normal((4, 3))(generator)[0].softmax(1), torch.randint(3, (4,), generator=generator)


def posterior_of_symbols(discrete_posterior):
    from dlbook_lib.generative.discrete import uniform_matrix

    Q = uniform_matrix(3, beta=0.4)
    return partial(discrete_posterior, step=Q, before=Q)


def captioned(network):
    from dlbook_lib.generative.captions import BagOfWords
    from dlbook_lib.generative.denoiser import MLPDenoiser

    return network(BagOfWords(9, dim=4), MLPDenoiser(3, width=8, condition_dim=4))
