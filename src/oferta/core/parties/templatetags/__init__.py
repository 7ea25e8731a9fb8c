"""What the pages of signing in and security need beside words."""
