"""Feedforward networks: threshold units, layers, activations, output units and losses."""
