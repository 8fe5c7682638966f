"""Trained networks that OpenCV runs: found by digest, read from the forms that packages ship."""
