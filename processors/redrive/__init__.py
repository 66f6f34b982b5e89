"""Sending again by hand: dead letters, spans of time; and what befell an event."""
