"""Watching: where collages stand, for those who wait for them."""
