"""What the club gave, what was spent of it and what it owes: for those who answer for it."""
