"""Brings the whole service up on one machine: database, tables, samples, web, worker."""
