"""Blocks that three or more families of networks share: starting weights, norms, attention, positions.

Files, in the order of the chapters::

    init             how large weights start: Glorot, He, the gain of an activation
    signals          the size of signals and gradients at every depth
    norm_batch       batch normalization: by the batch in training, by memory afterwards
    norm_shift       the shift that batch normalization is said to remove, put back
    norm             one cube of cells, and the sets of them that share their moments
    norm_layer       layer normalization
    norm_group       group normalization, instance normalization
    norm_rms         RMSNorm
    weight_norm      length and direction of weights learned apart
    spectral_norm    weights over their largest stretch; power iteration; convolutions
    attention        the operator: plain loops, then two matrix products; the softmax's Jacobian
    masks            who may listen to whom: causal, strict, padding, window
    multihead        several heads, over the sequence itself or over another one
    linear           attention by a positive feature map: time grows with the length, not its square
    position         a vector for each place: sines and cosines, or learned
    rotary           queries and keys turned by their place, in both layouts
    relative         numbers added to the scores: ALiBi, T5's buckets
    transformer_xl   Transformer-XL's four terms
    cost             operations, memory and serial steps of attention and of recurrence
    reader           a small stack of attention layers that labels every place of a sequence

Shape letters: B batch, C channels, O channels out, T queries (places of a sequence), S keys and values
(places of what is listened to), D model width, H heads, K head width, V width of a value.
"""
