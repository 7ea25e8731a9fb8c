"""What organisers are owed for the tickets sold, and when they are paid."""
