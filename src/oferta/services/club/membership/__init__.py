"""Who is in the club, with which cards, in which tier of Halyk+."""
