"""What has no domain: money, time, ids, errors, languages, outbox. Imports nothing of Oferta."""
