"""Signatures of submissions: whether one is from whom it says, and how that is known.

Pure: bytes, headers, secrets and the time come in, a verdict comes out. Everything is
compared in constant time, every live secret is tried, and the verdict says which it
was. What is not signed is not verified: a verifier says what it covers.
"""
