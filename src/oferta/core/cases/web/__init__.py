"""The customer's dispute pages and the desk of staff."""
