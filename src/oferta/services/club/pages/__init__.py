"""What the member's pages show: read here, drawn by `web`."""
