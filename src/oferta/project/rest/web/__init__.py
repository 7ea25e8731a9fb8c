"""Pages about the API: its reference, its errors, the desk of its tokens."""
