"""Moving a partner from one sender to another: what is compared, and who sends.

Recorded requests of two senders are paired and judged (`comparing`), by terms that a
person has set (`terms`). Nothing here reads a file, sends or waits.
"""
