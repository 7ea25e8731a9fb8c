"""The REST API: tokens, keys that make a request happen once, paces, problems, its description."""
