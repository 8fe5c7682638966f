"""The sample picture and the pictures in the documentation, as programs that draw them."""
