"""Pictures, pixel by pixel: sources, masks, and what is put together from others."""
