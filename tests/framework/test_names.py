"""Every name of NumPy and PyTorch in the table exists; TensorFlow's are not run here."""

import pytest

from dlbook_lib.framework.names import NAMES, look_up, resolve

OURS = sorted({name for row in NAMES for name in (row.numpy, row.torch) if name})


@pytest.mark.parametrize("name", OURS)
def test_every_name_exists(name):
    assert resolve(name) is not None


def test_rows_say_something():
    assert len({row.thing for row in NAMES}) == len(NAMES)
    assert all(sum(map(bool, row[1:])) >= 1 for row in NAMES)
    assert all(row.tensorflow.startswith("tf.") for row in NAMES if row.tensorflow)
    assert not any("tf.images" in row for row in NAMES)


def test_words_are_found_in_any_column():
    assert {row.torch for row in look_up("MATMUL")} == {"torch.matmul"}
    assert len(look_up("")) == len(NAMES)
    assert look_up("tensorboard") == ()


def test_wrong_names_are_refused():
    with pytest.raises(ValueError, match=r"name must exist, got 'torch\.nn\.Dense': no torch\.nn\.Dense"):
        resolve("torch.nn.Dense")
    with pytest.raises(ValueError, match="the first part of name must be one of 'numpy', 'torch'"):
        resolve("os.system")
    with pytest.raises(TypeError, match="word must be a string"):
        look_up(3)
