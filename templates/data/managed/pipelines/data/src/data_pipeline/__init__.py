"""Validates what is delivered and writes what training reads; on Glue or on a laptop."""
