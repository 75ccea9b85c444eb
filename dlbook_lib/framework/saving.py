r"""Models and losses on disk: numbers in one place, how to build what holds them in another.

A file of weights cannot say what class they belong to, and a file that could, a pickled object, runs code
when it is read. So the class is written as a name, with the arguments that build it, and a registry of the
reader's own says which names may be built. PyTorch reads the rest with ``weights_only=True``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from dlbook_lib.checks import check_type

__all__ = ["Registry", "load", "save"]

_LINEAR = ("in_features", "out_features")


class Registry:
    """The classes that may be built from a file, by name.

    A new registry knows ``Linear``, ``ReLU``, ``Tanh`` and ``Sequential`` of torch.

    Notes
    -----
    Built at :ref:`saving`.

    Examples
    --------
    >>> from dlbook_lib.framework.huber import huber
    >>> from dlbook_lib.framework.losses import HuberLoss
    >>> registry = Registry()
    >>> _ = registry.register(HuberLoss)
    >>> registry.describe(HuberLoss(delta=2))
    {'class': 'HuberLoss', 'config': {'delta': 2, 'reduction': 'mean'}}
    >>> registry.build({"class": "HuberLoss", "config": {"delta": 3}})
    HuberLoss(delta=3, reduction='mean')
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[type, Callable[[Any], dict]]] = {}
        self.register(nn.Linear, config=_linear_config)
        self.register(nn.ReLU, config=lambda _: {})
        self.register(nn.Tanh, config=lambda _: {})

    def register(self, kind: type, *, config: Callable[[Any], dict] | None = None) -> type:
        """Allow a class; may stand above it as a decorator.

        Parameters
        ----------
        kind : type
            The class, which is known by its own name from now on.
        config : callable, optional
            Takes an object of the class and returns the arguments that build it; by default its method
            ``config``.

        Returns
        -------
        type
            ``kind`` itself.

        Raises
        ------
        TypeError
            If it is no class.
        ValueError
            If it has no ``config``, or another class is known by its name.
        """
        check_type("kind", kind, type, "a class")
        if config is None and not hasattr(kind, "config"):
            raise ValueError(f"kind must have a method config, got {kind.__name__} without")
        taken = self._known.get(kind.__name__, (kind,))[0]
        if taken is not kind:
            raise ValueError(f"kind must have a name of its own, got a second {kind.__name__}")
        self._known[kind.__name__] = (kind, config or kind.config)
        return kind

    def describe(self, thing: Any) -> dict[str, Any]:
        """Say how to build an object, its weights apart.

        Parameters
        ----------
        thing : object
            Of a registered class, or an ``nn.Sequential`` of such.

        Returns
        -------
        dict
            Strings, numbers, lists and dicts only.

        Raises
        ------
        ValueError
            If its class is not registered.
        """
        name = type(thing).__name__
        if isinstance(thing, nn.Sequential):
            return {"class": "Sequential", "parts": {k: self.describe(p) for k, p in thing.named_children()}}
        kind, config = self._find(name)
        check_type("thing", thing, kind, f"of the {name} that is registered")
        return {"class": name, "config": config(thing)}

    def build(self, description: Mapping[str, Any]) -> Any:
        """Build an object from what :meth:`describe` said.

        Parameters
        ----------
        description : mapping
            As returned by it.

        Returns
        -------
        object
            With fresh weights.

        Raises
        ------
        ValueError
            If a class is not registered.
        """
        if description["class"] == "Sequential":
            parts = nn.Sequential()
            for name, part in description["parts"].items():
                parts.add_module(name, self.build(part))
            return parts
        return self._find(description["class"])[0](**description["config"])

    def _find(self, name: str) -> tuple[type, Callable[[Any], dict]]:
        if name not in self._known:
            known = ", ".join(sorted({*self._known, "Sequential"}))
            raise ValueError(f"{name} must be registered before it is saved or built; known: {known}")
        return self._known[name]


def save(path: str | Path, registry: Registry, **parts: Any) -> None:
    """Write models, losses and other objects to a file.

    Parameters
    ----------
    path : str or Path
        The file, which is written anew.
    registry : Registry
        Knows the class of every part.
    **parts : object
        What to save, by name: ``model=model, loss=loss``.

    Raises
    ------
    ValueError
        If a class is not registered, or nothing is given.

    Notes
    -----
    Taught at :ref:`saving`.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(f"{folder}/model.pt", Registry(), model=nn.Linear(2, 1))
    ...     load(f"{folder}/model.pt", Registry())["model"]
    Linear(in_features=2, out_features=1, bias=True)
    """
    check_type("registry", registry, Registry, "a Registry")
    if not parts:
        raise ValueError("parts must name at least one object, got none")
    config = json.dumps({name: registry.describe(part) for name, part in parts.items()})
    state = {name: part.state_dict() for name, part in parts.items() if isinstance(part, nn.Module)}
    torch.save({"config": config, "state": state}, path)


def load(path: str | Path, registry: Registry) -> dict[str, Any]:
    """Build everything in a file of :func:`save` again.

    Parameters
    ----------
    path : str or Path
        The file.
    registry : Registry
        Knows every class in it. No other code runs, and nothing but tensors, strings and dicts is read.

    Returns
    -------
    dict
        The objects by name, with their weights, on the CPU.

    Raises
    ------
    ValueError
        If a class is not registered.

    Notes
    -----
    Taught at :ref:`saving`.
    """
    check_type("registry", registry, Registry, "a Registry")
    stored = torch.load(path, weights_only=True, map_location="cpu")
    parts = {name: registry.build(part) for name, part in json.loads(stored["config"]).items()}
    for name, state in stored["state"].items():
        parts[name].load_state_dict(state)
    return parts


def _linear_config(layer: nn.Linear) -> dict[str, Any]:
    return {name: getattr(layer, name) for name in _LINEAR} | {"bias": layer.bias is not None}
