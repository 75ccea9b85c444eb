"""What trades training error for test error: penalties, stopping, dropout, noise, augmentation, sharing.

Files, in the order of the chapter::

    penalties         norms of weights to add to a loss, and the penalty that ties two networks together
    linear            ridge in closed form, descent written out, and how much each direction shrinks
    proximal          soft thresholding, proximal steps (ISTA) and the subgradient steps that never land on
    zero constrained       balls instead of penalties: projections and projected descent early_stopping
    keep the best weights; what to do with the validation data afterwards training          a bare loop with
    the four places where a regularizer can act dropout           units, channels or weights switched off at
    random; many passes at test time dropblock         whole squares of a feature map switched off
    stochastic_depth  whole residual blocks switched off ensembles         the 2ⁿ networks inside a dropout
    layer, enumerated; bootstrap and bagging noise             noise on inputs and on weights, and how sharp a
    minimum is labels            smoothed labels, random relabelling, calibration augment           rotated,
    moved, scaled and mirrored pictures crops             AlexNet's crops, mirror images and colour noise
    randaugment       fourteen operations, N of them drawn, one magnitude erasing           Cutout and Random
    Erasing mixing            MixUp and CutMix text              typing errors, synonyms and dropped words
    sharing           one trunk with a head for each task

Shape letters: B batch, C channels, H and W height and width, D features, N examples, K classes.
"""
