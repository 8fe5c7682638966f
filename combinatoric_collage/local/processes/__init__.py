"""Processes of functions and tasks."""
