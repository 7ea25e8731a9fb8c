"""Settings, wiring, CLI, web root: where the rooms are put together."""
