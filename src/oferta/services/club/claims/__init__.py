"""Members' questions why no bonus was awarded: by page, by e-mail, by the API (BC-85 to BC-89)."""
