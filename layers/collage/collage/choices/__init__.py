"""Choices: what people think of tiles, kept beside the manifest, and tiles chosen by that."""
