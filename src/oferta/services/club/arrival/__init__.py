"""Payments come at least once, late and in any order; what follows from them is the same."""
