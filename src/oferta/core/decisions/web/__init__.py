"""The page that says why."""
