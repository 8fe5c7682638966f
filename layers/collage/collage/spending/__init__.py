"""Spending: the pace, the day's dollars, and calls that cost money."""
