"""What a finished collage can be taken away as: files for people, printers and other programs."""
