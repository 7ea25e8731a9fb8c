"""Oferta runs consumer services from their published terms."""
