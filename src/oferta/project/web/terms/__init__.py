"""The public pages of the terms: what is in force on a day, what changed, and a case to try."""
