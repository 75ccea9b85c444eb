"""What a framework offers, rebuilt small: number formats and costs, and the parts that a reader writes.

huber         a loss from basic operations
losses        the same as a module, with a reduction and a configuration
regularizers  a penalty on the weights of a model
metrics       a mean that is kept up over batches
dense         a layer that learns its input's width when it is first called
layer_norm    normalization of each row, with ε in two places
saving        models and losses on disk: weights and configuration apart
names         what NumPy, PyTorch and TensorFlow call the same thing
formats       floating-point numbers as bits
cost          operations, bytes, time and energy

The training loop that the chapter writes by hand is compared with :func:`dlbook_lib.train.loop.fit`.
"""
