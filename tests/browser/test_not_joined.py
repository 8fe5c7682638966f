"""The page of a collage whose tiles were not joined: it opens with the tiles, and has a preview."""

import pytest

from tests.browser import collages


@pytest.fixture(scope="module")
def apart(tmp_path_factory):
    folder = tmp_path_factory.mktemp("apart")
    collages.make(folder, rows=4, cols=5, size=96, cell=96, gap=2, joined=False)
    return folder


@pytest.mark.parametrize("disk", [True, False])
def test_it_opens_with_the_tiles(look, apart, disk):
    seen = look(apart, disk=disk)

    assert seen.page.evaluate("document.body.dataset.view") == "tiles"
    assert seen.page.locator(".tiles img").first.is_visible()
    assert seen.page.get_by_role("link", name="Open the preview").count() == 1
    assert seen.page.get_by_role("link", name="Open the picture").count() == 0


def test_the_collage_is_its_preview_and_the_address_says_so(look, apart):
    seen = look(apart)
    seen.page.get_by_role("button", name="Collage", exact=True).click()
    seen.settle()

    assert seen.page.url.endswith("#view=collage")
    assert any(address.endswith("/preview.jpg") for address in seen.asked)
    assert not any("collage_files" in address for address in seen.asked)
    drawn = seen.page.evaluate(
        """() => { const c = document.querySelector(".canvas canvas");
        const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
        const shades = new Set(); for (let i = 0; i < d.length; i += 400) shades.add(d[i]);
        return shades.size; }"""
    )
    assert drawn > 20
    seen.shot("not-joined")
    seen.page.get_by_role("button", name="Tiles", exact=True).click()
    assert "view" not in seen.page.url.partition("#")[2]
