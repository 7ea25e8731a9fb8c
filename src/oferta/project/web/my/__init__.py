"""The customer's own pages that draw on several rooms: the first one, the profile."""
