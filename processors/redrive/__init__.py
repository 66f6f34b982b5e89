"""Sending again by hand: dead letters, spans of time; and what befell an event.

Steps for commands and pages alike; nothing here delivers, prints or asks.
"""
