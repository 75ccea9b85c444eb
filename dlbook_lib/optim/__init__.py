"""Optimizers as plain rules: the weights and a gradient go in, new weights and a new memory come out.

Every first-order rule has one form,

    w, state = rule(w, g, state, lr=0.1, ...)

``w`` and ``g`` are tensors of one shape, the weights and the gradient; ``state`` is what the rule remembers,
a tuple of tensors in the order that its docstring gives. Before the first step it is the empty tuple ``()``,
which every rule reads as zeros; :func:`~dlbook_lib.optim.running.start` writes those zeros out where a fixed
shape is needed, as in an explorer. A rule changes nothing in place, draws nothing, and branches on no
tensor, so it can be exported; ``lr`` and the other settings may be numbers or tensors. Where a rule wants
its gradient at another place than ``w``, its docstring says so and
:func:`~dlbook_lib.optim.gradient_descent.look_ahead` gives the place.

Files, in the order of the chapter::

    surfaces          losses of two weights: value, closed-form gradient, minimisers
    running           follow(): a rule down a loss, with every place on the way; start(): the state at zero
    settings          what every rule checks
    evolution         (1+1) evolution strategy, which needs no gradient
    newton            Newton's step, which needs the Hessian
    gradient_descent  gradient descent, momentum, weight decay in AlexNet's form, Nesterov
    torch_forms       momentum and Nesterov as torch computes them
    adaptive          a rate for every coordinate: Adagrad, RMSProp, RMSProp with Nesterov
    adam              Adam, AdamW, AMSGrad, NAdam
    adabound          Adam's rates between two bounds that close
    schedules         rates that depend on the step: cosine, warm restarts, steps, warm-up
    vector            a network as a function of one vector of weights, for these rules to train

Shape letters: D weights; T steps.
"""
