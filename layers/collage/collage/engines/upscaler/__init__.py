"""The engine `upscaler`: the embedded one that makes pictures larger by trained networks."""
