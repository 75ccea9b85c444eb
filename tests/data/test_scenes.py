"""The world of scenes: captions that tell the truth, and pictures that can be read."""

import pytest
import torch

from dlbook_lib.data.scenes import (
    RELATIONS,
    SHAPES,
    VOCABULARY,
    caption_tokens,
    paint_objects,
    read_scenes,
    scenes,
)


def test_what_is_said_is_what_is_drawn():
    world = scenes(300, relations=RELATIONS)
    left, top = world.boxes[..., 0], world.boxes[..., 1]
    gap = torch.maximum((left[:, 0] - left[:, 1]).abs(), (top[:, 0] - top[:, 1]).abs()) - 4
    truths = {
        "left of": left[:, 0] < left[:, 1],
        "right of": left[:, 0] > left[:, 1],
        "above": top[:, 0] < top[:, 1],
        "below": top[:, 0] > top[:, 1],
        "touching": gap == 0,
    }
    for number, name in enumerate(RELATIONS):
        chosen = world.relation == number
        assert chosen.sum() > 30
        assert truths[name][chosen].all()
        assert (gap[chosen] >= (0 if name == "touching" else 1)).all()
    assert (world.colours[:, 0] != world.colours[:, 1]).all()


def test_captions_name_the_objects():
    world = scenes(50, relations=RELATIONS)
    for caption, shapes in zip(world.captions, world.shapes.tolist()):
        words = caption.split()
        assert words[1] == SHAPES[shapes[0]]
        assert words[-1] == SHAPES[shapes[1]]
    assert torch.equal(caption_tokens(world.colours, world.shapes, world.relation), world.tokens)
    assert world.tokens.max() < len(VOCABULARY)


@pytest.mark.parametrize("size", [10, 12, 16])
def test_the_reader_finds_everything(size):
    world = scenes(100, size=size, relations=RELATIONS)
    boxes, shapes, error = read_scenes(world.images, world.colours)
    assert torch.equal(boxes, world.boxes)
    assert torch.equal(shapes, world.shapes)
    assert error.max() < 1e-6
    assert read_scenes(torch.zeros_like(world.images), world.colours)[2].min() > 0.05


def test_masks_are_the_objects_pixels():
    world = scenes(40, relations=RELATIONS)
    assert torch.equal(world.masks.any(1), world.images.sum(1) > 0)
    drawn = paint_objects(world.colours, world.shapes, world.boxes[..., :2], size=12)
    assert torch.equal(drawn, world.images)


def test_repeatable_and_checked():
    assert torch.equal(scenes(5, seed=3).images, scenes(5, seed=3).images)
    assert not torch.equal(scenes(5, seed=3).images, scenes(5, seed=4).images)
    assert len(scenes(5)) == 5
    with pytest.raises(ValueError, match=r"^relations must be one of"):
        scenes(2, relations=("near",))
    with pytest.raises(ValueError, match=r"^size must be at least 10"):
        scenes(2, size=8)
