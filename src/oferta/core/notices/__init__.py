"""Tell a person, in their language, what was decided and by which clause."""
