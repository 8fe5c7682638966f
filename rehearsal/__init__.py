"""The second cloud: the pack put by AWS's own tools onto an emulator that nobody here wrote.

And the same suite against a stack in an account, right after its first deploy.
"""
