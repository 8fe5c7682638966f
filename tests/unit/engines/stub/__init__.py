"""An engine of a second provider, as a folder of its own would add it."""
