"""What is done to subscriptions: stored, checked, added, changed, tried, removed.

One set of steps for command, API and page; nothing here delivers or prints.
"""
