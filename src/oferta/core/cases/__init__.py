"""Disputes of a Decision: evidence, resolution, override."""
