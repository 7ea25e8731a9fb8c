"""Tickets: performances, places, orders, e-tickets, admission, refunds."""
