"""Adding to partners' streams in Redis: the sink of kind redis.

One table says what each of its errors means. redis-py, of the extra `redis`, is
imported here and nowhere else, and only once a subscription has such an endpoint.
"""
