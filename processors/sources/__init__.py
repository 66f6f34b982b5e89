"""What is done to sources of intake: stored, listed, added, changed, removed.

One set of steps for command, API and page; nothing here receives, converts or prints.
"""
