"""The sheet: where cells lie, and all that is drawn around them."""
