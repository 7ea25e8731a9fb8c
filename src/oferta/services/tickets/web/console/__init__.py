"""Pages of the organiser: sales, what is owed, settlement."""
