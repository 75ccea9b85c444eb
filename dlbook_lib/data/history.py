"""Dates of the field, each with the publication that it can be checked in.

``EVENTS`` are turning points, ``NETWORKS`` the sizes of six networks and of what they were trained on, as
their papers give them. A name in the column ``source`` is a key of the book's bibliography.

Differs from most timelines: an idea stands at the year of the first paper that has it, and not at the year in
which it became known; where these lie far apart, both have a line.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["ERAS", "EVENTS", "NETWORKS", "Event", "Network"]


class Event(NamedTuple):
    """One line of the timeline.

    Parameters
    ----------
    year : int
        Of the publication.
    what : str
        Who, and what is new.
    source : str
        Key of the bibliography.
    """

    year: int
    what: str
    source: str


class Network(NamedTuple):
    """A network's size when it was published.

    Parameters
    ----------
    year : int
        Of the publication.
    name : str
        What the network is called.
    parameters : int
        How many numbers it learns.
    examples : int
        How many pictures it learned from; 0 for networks that read text, which is not counted so.
    source : str
        Key of the bibliography.
    """

    year: int
    name: str
    parameters: int
    examples: int
    source: str


ERAS = {
    "roots": (1936, 1956),
    "first spring": (1957, 1968),
    "first winter": (1969, 1981),
    "second spring": (1982, 1994),
    "second winter": (1995, 2005),
    "deep learning": (2006, 2100),
}  # first and last year of each

EVENTS = (
    Event(1936, "Turing defines what a machine can compute", "turing1936computable"),
    Event(1943, "McCulloch and Pitts: neurons as logic, with weights set by hand", "mcculloch1943logical"),
    Event(1948, "Shannon: entropy, the measure of information", "shannon1948mathematical"),
    Event(1949, "Hebb: connections strengthen through use", "hebb1949organization"),
    Event(1958, "Rosenblatt: the perceptron, whose weights learn", "rosenblatt1958perceptron"),
    Event(1962, "Novikoff: a bound on the perceptron's mistakes", "novikoff1962convergence"),
    Event(1969, "Minsky and Papert: what one layer cannot do", "minsky1969perceptrons"),
    Event(1970, "Linnainmaa: derivatives backwards through a program", "linnainmaa1970representation"),
    Event(1974, "Werbos: the same for models that are to be fitted", "werbos1974beyond"),
    Event(1980, "Fukushima: the neocognitron, layers of small windows", "fukushima1980neocognitron"),
    Event(1982, "Hopfield: a recurrent network as a memory", "hopfield1982neural"),
    Event(1982, "Werbos: backward derivatives for neural networks", "werbos1982applications"),
    Event(1985, "Ackley, Hinton and Sejnowski: Boltzmann machines", "ackley1985learning"),
    Event(1986, "Smolensky: the restricted Boltzmann machine", "smolensky1986information"),
    Event(1986, "Rumelhart, Hinton and Williams: back-propagation", "rumelhart1986learning"),
    Event(1986, "Jordan: a recurrent network fed with its own outputs", "jordan1986attractor"),
    Event(1989, "LeCun and others: a convolutional network reads postcodes", "lecun1989backpropagation"),
    Event(1990, "Elman: a recurrent network fed with its hidden units", "elman1990finding"),
    Event(1995, "Cortes and Vapnik: support vector machines", "cortes1995support"),
    Event(1997, "Hochreiter and Schmidhuber: LSTM", "hochreiter1997long"),
    Event(1998, "LeCun and others: LeNet-5", "lecun1998gradient"),
    Event(2002, "Hinton: contrastive divergence", "hinton2002training"),
    Event(2006, "Hinton, Osindero and Teh: deep belief nets", "hinton2006fast"),
    Event(2007, "Bengio and others: greedy layer-wise training explained", "bengio2007greedy"),
    Event(2009, "Salakhutdinov and Hinton: deep Boltzmann machines", "salakhutdinov2009deep"),
    Event(2010, "Nair and Hinton: rectified linear units", "nair2010rectified"),
    Event(2012, "Krizhevsky, Sutskever and Hinton: AlexNet wins on ImageNet", "krizhevsky2012imagenet"),
    Event(2014, "Kingma and Welling: variational autoencoders", "kingma2014auto"),
    Event(2014, "Goodfellow and others: adversarial networks", "goodfellow2014generative"),
    Event(2015, "Bahdanau, Cho and Bengio: attention", "bahdanau2015neural"),
    Event(2015, "Sohl-Dickstein and others: diffusion models", "sohl2015deep"),
    Event(2016, "AlphaGo beats Lee Sedol, 4 to 1", "silver2016mastering"),
    Event(2017, "Vaswani and others: the Transformer", "vaswani2017attention"),
    Event(2017, "AlphaGo Zero learns without human games", "silver2017mastering"),
    Event(2020, "Brown and others: GPT-3", "brown2020language"),
    Event(2020, "Ho, Jain and Abbeel: diffusion models draw well", "ho2020denoising"),
)

NETWORKS = (
    Network(1989, "LeCun's postcode reader", 9_760, 7_291, "lecun1989backpropagation"),
    Network(1998, "LeNet-5", 60_000, 60_000, "lecun1998gradient"),
    Network(2012, "AlexNet", 60_000_000, 1_200_000, "krizhevsky2012imagenet"),
    Network(2019, "BERT, large", 340_000_000, 0, "devlin2019bert"),
    Network(2019, "GPT-2", 1_500_000_000, 0, "radford2019language"),
    Network(2020, "GPT-3", 175_000_000_000, 0, "brown2020language"),
)
