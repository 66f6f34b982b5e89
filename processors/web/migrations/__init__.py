"""Migrations: where each stands, its gates and steps; going on, and back."""
