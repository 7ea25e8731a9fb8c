"""Routers of rooms that know no web: terms and ledger; and who is calling."""
