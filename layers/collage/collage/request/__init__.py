"""The request: its fields held to the rules, the same at every door, and what is accepted."""
