"""Pages of what became of a performance, and of incidents."""
