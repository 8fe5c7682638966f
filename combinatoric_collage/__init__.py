"""Combinatoric collages from a command line or a notebook, on a laptop or on AWS."""
