"""Runs on one laptop cloud as it is without any parameter, which these files share.

Each has photos of its own, by the seeds of `running.photo`: none finds the tiles of another file.
"""
