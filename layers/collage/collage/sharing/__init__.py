"""Sharing: a frozen copy of a collage behind an address that ends on a day."""
