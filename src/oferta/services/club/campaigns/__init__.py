"""Campaigns on record, bonuses on their way to their accrual day, and what can still be earned."""
