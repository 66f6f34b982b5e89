"""What is sent and answered: documents."""
# Written from the table of routes by `make client`, not by hand.
