"""What comes back for a ticket: the facts of a case, the quote before anybody applies."""
