"""The stacks that commands work on: deployed ones, and the laptop's."""
