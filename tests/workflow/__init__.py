"""The shipped template and workflow, run on the laptop cloud."""
