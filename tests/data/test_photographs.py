import os
import re
import socket

import numpy as np
import pytest
import skimage
import torch
from PIL import Image

from dlbook_lib.data.photographs import PHOTOGRAPHS, photograph

COLOUR = {
    "astronaut",
    "chelsea",
    "coffee",
    "hubble_deep_field",
    "immunohistochemistry",
    "motorcycle_left",
    "motorcycle_right",
    "retina",
    "rocket",
}


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_every_file_is_inside_the_package():
    folder = os.path.join(os.path.dirname(skimage.__file__), "data")
    assert [
        name for name, file in PHOTOGRAPHS.items() if not os.path.isfile(os.path.join(folder, file))
    ] == []


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_pixels_are_those_that_scikit_image_shows(name):
    if name.startswith("motorcycle"):
        expected = skimage.data.stereo_motorcycle()[name == "motorcycle_right"]
    else:
        expected = getattr(skimage.data, name)()
    expected = torch.tensor(skimage.util.img_as_float32(expected))
    x = photograph(name)
    assert x.dtype == torch.float32
    assert x.is_contiguous()
    assert len(x) == (3 if name in COLOUR else 1)
    shown = x.permute(1, 2, 0) if name in COLOUR else x[0]
    torch.testing.assert_close(shown, expected, atol=1e-6, rtol=0)


@pytest.mark.parametrize("name", ["astronaut", "coffee", "camera"])
def test_gray_is_scikit_images_gray(name):
    x = photograph(name, gray=True)
    expected = getattr(skimage.data, name)()
    expected = skimage.color.rgb2gray(expected) if name in COLOUR else expected / 255
    assert x.shape == (1, *expected.shape)
    np.testing.assert_allclose(x[0].numpy(), expected, atol=1e-6)


@pytest.mark.parametrize(("name", "size"), [("coffee", 64), ("chelsea", 32), ("page", 100), ("coins", 400)])
def test_size_is_the_middle_square_resampled_as_pillow_does(name, size):
    array = getattr(skimage.data, name)()
    H, W = array.shape[:2]
    side = min(H, W)
    top, left = (H - side) // 2, (W - side) // 2
    square = Image.fromarray(array[top : top + side, left : left + side])
    expected = np.asarray(square.resize((size, size), Image.Resampling.BILINEAR)) / 255

    x = photograph(name, size=size)
    assert x.shape == (3 if array.ndim == 3 else 1, size, size)
    shown = x.permute(1, 2, 0) if array.ndim == 3 else x[0]
    # Pillow rounds to whole levels after each direction: at most 1.0 level apart in these four.
    np.testing.assert_allclose(shown.numpy(), expected, atol=1.5 / 255)


def test_shrinking_leaves_no_false_pattern():
    # Every 16th pixel of the grass varies by 0.15, interpolation between its pixels by 0.13, means over 16x16
    # pixels by 0.05; smoothed and resampled it gives 0.04.
    small = photograph("grass", size=32)
    assert small.std() < 0.06
    assert abs(small.mean() - photograph("grass").mean()) < 0.01


def test_gray_and_size_together():
    x = photograph("retina", gray=True, size=48)
    assert x.shape == (1, 48, 48)
    assert x.min() >= 0
    assert x.max() <= 1


@pytest.mark.parametrize(
    ("error", "arguments", "message"),
    [
        (
            ValueError,
            {"name": "cat"},
            "name must be one of 'astronaut', 'brick', 'camera', 'cell', 'chelsea', 'clock', 'coffee', "
            "'coins', 'grass', 'gravel', 'hubble_deep_field', 'immunohistochemistry', 'microaneurysms', "
            "'moon', 'motorcycle_left', 'motorcycle_right', 'page', 'retina', 'rocket', 'text', got 'cat'",
        ),
        (ValueError, {"name": "coins", "size": 0}, "size must be at least 1, got 0"),
        (TypeError, {"name": "coins", "size": 8.0}, "size must be an integer, got 8.0 (float)"),
        (TypeError, {"name": "coins", "gray": "yes"}, "gray must be True or False, got 'yes' (str)"),
    ],
)
def test_errors(error, arguments, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        photograph(**arguments)
