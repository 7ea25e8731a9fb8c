"""Customers, staff and operators: who takes part."""
