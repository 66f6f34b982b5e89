"""Why deliveries to an endpoint fail: looked at, tried, judged, told.

`probing.py` and `reading.py` gather facts through ports, `judging.py` and the files it
names turn facts into findings and do nothing else. For command, API and page; nothing
here prints, and nothing talks to whom deliveries may not talk to.
"""
