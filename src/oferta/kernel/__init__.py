"""What has no domain: money, time, ids, errors, languages, the outbox. Imports nothing of Oferta."""
