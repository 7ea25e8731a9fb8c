"""Pages of who buys: what is on, the hall, the order, one's tickets."""
