"""The language of terms: load, check, decide, explain. Pure Python: no Django, no database."""
