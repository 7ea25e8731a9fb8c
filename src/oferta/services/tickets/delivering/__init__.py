"""Paper forms on their way: what an operator offers, where each form is, what becomes of it."""
