"""Owners: whose a collage is, who may do what with it, and who did what."""
