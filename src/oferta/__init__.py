"""Oferta runs consumer services from their published terms."""

__version__ = "0.1.0"
