"""Explains single predictions by what each input contributed."""
