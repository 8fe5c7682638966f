"""The engine `painter`: the embedded one, which paints by hand-made techniques."""
