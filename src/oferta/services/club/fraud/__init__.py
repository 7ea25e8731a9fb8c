"""Patterns of payments that a person is asked about; a machine alone takes nothing away."""
