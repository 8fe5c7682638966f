"""Messages: what people and programs who asked for it are told when a collage has ended."""
