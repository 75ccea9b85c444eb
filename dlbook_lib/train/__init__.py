"""One training loop for every chapter, and the record it leaves.

    loop         fit(): epochs, batches, steps, validation, early stopping
    evaluate     evaluate() and accuracy(): how good a model is on data that it does not learn from
    history      what happened in each epoch; plots itself, travels as JSON
    watch        the progress bar, and the best weights kept for the end
    batches      a data set cut into batches on the device that computes
    distributed  the same loop in several processes under torchrun

Data are pairs (x, y) of tensors, as :mod:`dlbook_lib.data` gives them, or a torch Dataset of such pairs.
"""
