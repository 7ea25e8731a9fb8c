"""Pages of who works at the door and at the box office."""
