"""The task `diffusion`: open models on a GPU. It takes a shard of a plan and writes its tiles."""
