"""A replay with redemptions and refunds drawn at random, and the proof that its books are right."""
