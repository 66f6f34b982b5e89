"""Parked items: submissions held by a rule or a failed conversion, on a clock.

Here lives what decides about them: their records, the life of one, which have the same
cause, what they put at risk and in which order they are worth somebody's time. Never
here: who asks, where records are written, a clock.
"""
