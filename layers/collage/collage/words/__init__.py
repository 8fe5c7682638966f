"""What is written in a request: prompts and what they stand for, styles, seeds, colours, lists."""
