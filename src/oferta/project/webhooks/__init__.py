"""Webhooks in the Standard Webhooks format: what happened, told to the systems of operators.

Invariants: a message is written in the database transaction of what it tells, or not at all; where
no endpoint asks for a kind, nothing is written. Deliveries may repeat and come in any order.
"""
