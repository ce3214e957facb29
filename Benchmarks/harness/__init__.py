"""Runs the comparison: preparation, agreement, timing, report."""
