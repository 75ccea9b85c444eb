"""Blocks that three or more families of networks share: attention, and ways to tell it where things stand.

Files, in the order of the chapters::

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

Shape letters: B batch, T queries (places of a sequence), S keys and values (places of what is listened to),
D model width, H heads, K head width, V width of a value.
"""
