"""Convolution from the definition up, and the networks made of it.

Files, in the order of the chapter::

    convolution      the mathematical operation, and the matrices that carry it out
    kernels          small kernels with a name: edges, blurs, sharpening
    geometry         how many outputs a sliding window has, and the padding that keeps the size
    conv_layer       the layer climbed in rungs: plain loops, then one matrix product
    gather           the layer once more, with stride, dilation and padding as data
    cost             parameters and multiplications of five kinds of layer
    receptive_field  what one output can see, by recursion and by measurement
    pooling          maximum and mean over windows, and the way back up
    transposed       the convolution that enlarges: the adjoint of the ordinary one
    separable        depthwise, pointwise, and the two in a row
    backward         the gradients of convolution and pooling, written out
    gabor            simple and complex cells of the visual cortex, where the idea comes from
    lenet            LeNet-5 as it is read today
    lenet_layers     trained sub-sampling, links by table, squared distances to codes
    digit_bitmaps    the codes: ten digits drawn on 7 × 12 dots
    lenet_original   LeNet-5 as it was published
    lenet_losses     its two losses

Shape letters: B batch, C channels in, O channels out, H and W height and width, T length of a signal,
K kernel size (Kh, Kw), L number of places where a window is read.
"""
