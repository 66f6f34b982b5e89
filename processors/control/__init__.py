"""The steps behind the commands that change subscriptions; ports come in a World."""
