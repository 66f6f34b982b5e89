"""What a partner receives: the document, its renderings, its signature.

How it travels is not decided here; sealed secrets are opened here and nowhere else.
"""
