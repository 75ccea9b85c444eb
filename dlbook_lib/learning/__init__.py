r"""Learning from examples before networks are deep: fits, their errors, and the shallow methods.

Files, in the order of the chapter::

    basis            polynomials and bumps, the normal equations and a safer way
    bias_variance    squared error split into bias², variance and noise
    random_features  the shortest solution beyond interpolation, and double descent
    density          Gaussians and their mixtures by maximum likelihood
    pseudo_labels    a classifier that labels for itself what it is sure of
    clusters         k-means, and how well its groups match classes
    neighbours       nearest neighbours
    kernels          the Gaussian kernel, the features behind it, kernel ridge
    hinge            the hinge loss for two classes and for many
    svm              support vector machines by subgradients and by the dual

Shape letters: N examples, D inputs, K basis functions, classes or components, P random features.
"""
