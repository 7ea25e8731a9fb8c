"""The rooms every service stands on: cases, decisions, notices, parties, then terms and ledger."""
