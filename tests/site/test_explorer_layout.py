"""What one moves and what it moves are seen together: abreast on a desk, under the figures on a phone.

That the figures of every explorer stay in sight on a phone is seen in ``test_pages``, which opens it there.
"""

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def opened(chromium, address):
    """Open an explorer's own page in a window of some size."""
    tabs = []

    def open_page(name, width, height):
        tab = chromium.new_page(viewport={"width": width, "height": height})
        tabs.append(tab)
        tab.goto(f"{address}explorers/{name}.html")
        tab.locator(".dlbook-explorer[data-drawn]").wait_for(timeout=30_000)
        return tab

    yield open_page
    for tab in tabs:
        tab.close()


def test_on_a_phone_the_row_of_figures_is_scrolled_by_finger_and_by_key(opened):
    tab = opened("convolution", 360, 740)
    row = tab.locator(".dlbook-panels")
    assert row.evaluate("row => row.scrollWidth > row.clientWidth")
    row.focus()
    row.press("ArrowRight")
    tab.wait_for_function("document.querySelector('.dlbook-panels').scrollLeft > 0")


@pytest.mark.parametrize("width", [980, 1280])
def test_on_a_desk_figures_stand_beside_controls(opened, width):
    tab = opened("regularization-geometry", width, 900)
    figures = tab.locator(".dlbook-panels").bounding_box()
    slider = tab.locator(".dlbook-slider").first.bounding_box()
    assert figures["x"] + figures["width"] <= slider["x"]
    assert figures["y"] <= slider["y"] <= 900
