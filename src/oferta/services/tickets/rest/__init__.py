"""The REST operations of the ticket office."""
