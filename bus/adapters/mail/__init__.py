"""Mail over SMTP, to a relay that the operator names; the standard library's client.

It sends what it is given, once; whom and when is decided elsewhere.
"""
