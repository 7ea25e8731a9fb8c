"""Ways by which payments come: messages of card networks, and files."""
