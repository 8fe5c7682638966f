"""The engine `diffusion`: open models, whose work is shared among GPU tasks."""
