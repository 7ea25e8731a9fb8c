"""Template tags of the ticket office."""
