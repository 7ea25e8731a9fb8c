"""The bonus club: earning by the terms of `terms/bonus-club`."""
