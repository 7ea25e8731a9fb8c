"""Accounts, transfers, balances on PostgreSQL. Knows no service."""
