"""The club's part of the REST API."""
