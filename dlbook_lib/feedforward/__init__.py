"""Networks without loops, from the single unit on.

Files, in the order of the chapters:

neuron
    The weighted sum, the bias, and the angle between inputs and weights.
threshold
    McCulloch and Pitts: units that fire or do not, and circuits wired by hand.
perceptron
    Rosenblatt's rule, and the bound on its mistakes.
"""
