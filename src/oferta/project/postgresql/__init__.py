"""Django's PostgreSQL, with the embedded server as its default and a floor under the version."""
