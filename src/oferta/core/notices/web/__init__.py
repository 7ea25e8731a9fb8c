"""The customer's inbox."""
