"""Derivatives by machine, written out: by perturbing, by hand, forwards and backwards on a tape.

Files, in the order of the chapter::

    differences    slopes by finite differences, the judge of all the others
    chain          a product of Jacobians, multiplied from either end, with its price
    dual           forward mode: numbers that carry a slope along
    perturbation   learning by trying: one weight, all weights, all activities
    backprop       a multi-layer perceptron with its gradients by hand, in loops and in matrices
    paths          the gradient as a sum over all paths through a network
    order          what a result was made of, in the order in which it came about
    scalar         a tape of numbers: reverse mode in a page of code
    tape           the same tape for NumPy arrays, with broadcasting and matrix products
    operations     functions on that tape: exponential, logarithm, rectifier, cross-entropy
    checkpointing  keep few activations and compute the others again
    clipping       a limit on the length of a gradient

All but ``checkpointing`` and ``clipping`` use NumPy or plain Python alone: they explain what torch's autograd
does, and so must not use it.

Shape letters: B batch, D inputs, O outputs of a layer, L layers.
"""
