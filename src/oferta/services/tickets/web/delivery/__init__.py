"""The desk's pages of paper forms: what is to be sent, and what operators offer."""
