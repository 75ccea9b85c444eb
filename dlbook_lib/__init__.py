"""The library behind the book *Deep Learning, Live*.

Importing this package does nothing and costs nothing: import what you need by its full path, as every
chapter does (``from dlbook_lib.cnn.lenet import LeNet5``). A module may import only from the groups
above its own:

    checks       argument errors, always naming argument, value and rule
    device       where tensors live: cuda, mps or cpu, with the reason
    seed         reproducible randomness
    profile      quick or full sizes
    figures      arrays in, plotly figures out; one renderer for every host
    cnn          convolution, pooling and the networks made of them
    data         embedded data sets, and the field's own where a network exists
    train        one training loop and its history
    notebook     the two calls that every chapter makes: setup() and expect()
    catalog      the table of everything the book builds
    site         the website: a Sphinx extension
"""

__version__ = "0.1.0"
