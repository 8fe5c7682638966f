"""The `collage` command: a client of the pack's stack."""
