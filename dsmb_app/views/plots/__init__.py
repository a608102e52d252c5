"""Plots: one small class each behind one verb, ``show_result``."""
