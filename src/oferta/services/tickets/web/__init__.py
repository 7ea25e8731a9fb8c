"""Pages of the ticket office."""
