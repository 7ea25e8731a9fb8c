"""Consumer services, each built on core alone."""
