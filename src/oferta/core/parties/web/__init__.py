"""Doors for people: a customer's personal link, and signing in to the desk."""
