"""Faults at every boundary, one at a time and at random: ``make faults`` counts what survives."""
