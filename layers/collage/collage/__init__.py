"""Combinatoric collages: styles and masks combined into prompts, tiles and one grid.

The modules read as the data flows::

    source -> request -> styles -> masks -> plan -> engines -> tile -> layout -> grid -> manifest

``steps`` strings them together, one function a state of the workflow. ``store`` is the only
module that knows where things lie in S3, ``errors`` names everything that can go wrong.
"""

__version__ = "0.1.0"

USER_AGENT = f"combinatoric-collage/{__version__}"
"""What requests say that they come from. By itself botocore puts together one of a dozen parts,
each of which it goes through letter by letter, twice a request: a quarter of what one takes."""
