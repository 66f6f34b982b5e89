"""What intake fetches itself: files given by hand, and files of watched folders.

Each goes the way of what senders post: verified, what nobody may keep taken out, in
Kafka before anybody says so. Never here: what a file means, a client of Kafka, a path.
"""
