"""The rooms every service stands on. Order: cases, decisions, notices, parties, then terms and ledger."""
