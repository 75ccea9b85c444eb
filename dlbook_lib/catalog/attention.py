"""What the chapter on attention builds, in its two notebooks."""

from __future__ import annotations

from functools import partial

from dlbook_lib.catalog.schema import Entry, normal

__all__ = ["ENTRIES"]

_entry = partial(Entry, chapter="transformers/attention")
_placed = partial(Entry, chapter="transformers/attention-positions")


def _tokens(generator):
    """Draw a batch of token numbers."""
    import torch

    return (torch.randint(12, (2, 6), generator=generator),)


ENTRIES = (
    _entry(
        name="attention-loops",
        title="Scaled dot-product attention in plain loops",
        symbol="dlbook_lib.layers.attention.attend_loops",
        anchor="attention-operator",
        inputs=normal((3, 4), (5, 4), (5, 2)),
        output_shape=(3, 2),
        batched=0,
        paper="vaswani2017attention",
    ),
    _entry(
        name="attention-scores",
        title="Scores of queries and keys",
        symbol="dlbook_lib.layers.attention.attention_scores",
        anchor="query-key-value",
        inputs=normal((2, 3, 4), (2, 5, 4)),
        output_shape=(2, 3, 5),
        batched=2,
        paper="vaswani2017attention",
        properties=("linear",),
    ),
    _entry(
        name="attention",
        title="Scaled dot-product attention",
        symbol="dlbook_lib.layers.attention.attention",
        anchor="attention-operator",
        inputs=normal((2, 3, 4), (2, 5, 4), (2, 5, 6)),
        output_shape=((2, 3, 6), (2, 3, 5)),
        batched=3,
        paper="vaswani2017attention",
    ),
    _entry(
        name="softmax-jacobian",
        title="Jacobian of the softmax",
        symbol="dlbook_lib.feedforward.softmax.softmax_jacobian",
        anchor="sqrt-dk",
        inputs=normal((2, 5)),
        output_shape=(2, 5, 5),
    ),
    _entry(
        name="causal-mask",
        title="Causal mask",
        symbol="dlbook_lib.layers.masks.causal_mask",
        anchor="causal-mask",
        paper="vaswani2017attention",
    ),
    _entry(
        name="multi-head-attention",
        title="Multi-head attention",
        symbol="dlbook_lib.layers.multihead.MultiHeadAttention",
        anchor="multi-head",
        tiny=lambda layer: layer(16, num_heads=4),
        inputs=normal((2, 6, 16)),
        output_shape=(2, 6, 16),
        paper="vaswani2017attention",
    ),
    _entry(
        name="attention-dropout",
        title="Dropout on the attention matrix",
        symbol="dlbook_lib.layers.multihead.MultiHeadAttention",
        anchor="attention-dropout",
        tiny=lambda layer: layer(16, num_heads=4, dropout=0.1),
        inputs=normal((2, 6, 16)),
        output_shape=(2, 6, 16),
    ),
    _entry(
        name="cross-attention",
        title="Attention from one sequence to another",
        symbol="dlbook_lib.layers.multihead.MultiHeadAttention",
        anchor="cross-attention",
        tiny=lambda layer: layer(16, num_heads=2, context_dim=12),
        inputs=normal((2, 3, 16), (2, 7, 12)),
        output_shape=(2, 3, 16),
        batched=2,
        paper="vaswani2017attention",
    ),
    _entry(
        name="attention-reader",
        title="Stack of attention layers that labels every place",
        symbol="dlbook_lib.layers.reader.AttentionReader",
        anchor="associative-recall",
        tiny=lambda reader: reader(12, 5, dim=16, num_heads=2, depth=2, context=6, causal=True),
        inputs=_tokens,
        output_shape=(2, 5, 6),
        paper="elhage2021mathematical",
    ),
    _placed(
        name="positions",
        title="Vectors of places, added or concatenated",
        symbol="dlbook_lib.layers.position.Positions",
        anchor="positional-encoding",
        tiny=lambda positions: positions(10, 8, kind="learned"),
        inputs=normal((2, 10, 8)),
        output_shape=(2, 10, 8),
        paper="gehring2017convolutional",
    ),
    _placed(
        name="sinusoidal-positions",
        title="Sinusoidal positions",
        symbol="dlbook_lib.layers.position.sinusoidal_positions",
        anchor="sinusoidal",
        paper="vaswani2017attention",
    ),
    _placed(
        name="rotary-positions",
        title="Rotary positions (RoPE)",
        symbol="dlbook_lib.layers.rotary.rotate",
        anchor="rope",
        inputs=normal((2, 6, 8)),
        output_shape=(2, 6, 8),
        paper="su2021roformer",
        properties=("linear",),
    ),
    _placed(
        name="alibi",
        title="Attention with linear biases (ALiBi)",
        symbol="dlbook_lib.layers.relative.alibi_bias",
        anchor="alibi",
        paper="press2022train",
    ),
    _placed(
        name="t5-buckets",
        title="Buckets of distances (T5)",
        symbol="dlbook_lib.layers.relative.t5_bucket",
        anchor="relative-position",
        paper="raffel2020exploring",
    ),
    _placed(
        name="relative-bias",
        title="Learned bias by distance",
        symbol="dlbook_lib.layers.relative.RelativeBias",
        anchor="relative-position",
        paper="raffel2020exploring",
    ),
    _placed(
        name="transformer-xl-attention",
        title="Transformer-XL's attention in four terms",
        symbol="dlbook_lib.layers.transformer_xl.TransformerXLAttention",
        anchor="relative-position",
        tiny=lambda layer: layer(16, num_heads=4),
        inputs=normal((2, 6, 16)),
        output_shape=(2, 6, 16),
        paper="dai2019transformerxl",
    ),
    _placed(
        name="linear-attention",
        title="Linear attention",
        symbol="dlbook_lib.layers.linear.linear_attention",
        anchor="linear-attention",
        inputs=normal((2, 5, 4), (2, 5, 4), (2, 5, 3)),
        output_shape=(2, 5, 3),
        batched=3,
        paper="katharopoulos2020transformers",
    ),
    _placed(
        name="linear-attention-causal",
        title="Linear attention as a recurrent network",
        symbol="dlbook_lib.layers.linear.linear_attention_causal",
        anchor="linear-attention",
        inputs=normal((2, 5, 4), (2, 5, 4), (2, 5, 3)),
        output_shape=(2, 5, 3),
        batched=3,
        paper="katharopoulos2020transformers",
    ),
    _placed(
        name="sequence-cost",
        title="Operations, depth and memory of attention and recurrence",
        symbol="dlbook_lib.layers.cost.sequence_cost",
        anchor="attention-cost",
        paper="vaswani2017attention",
    ),
)
