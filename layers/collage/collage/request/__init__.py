"""The request: what a user asks for, checked at every door by the same rules."""
