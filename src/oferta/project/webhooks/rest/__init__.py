"""The API of webhooks: endpoints, secrets, the log, replays."""
