"""Subscriptions: how they are stored, the table over them, its writer, the checks."""
