"""Accounts, transfers, balances on PostgreSQL. Knows no service.

Invariants, held here and by the database: every unit sums to zero; every balance equals its
history; a hold is resolved once; a transfer is reversed once; the journal only grows.
"""
