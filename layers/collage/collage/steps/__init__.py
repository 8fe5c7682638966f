"""The workflow's steps, one file a state, and what starts and ends a run."""
