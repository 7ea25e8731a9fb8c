"""Event and facts in; Decision, transfers and notice out, in one database transaction."""
