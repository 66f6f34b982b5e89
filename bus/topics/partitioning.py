"""Where a key lives: Kafka's default partitioner, as Java clients compute it.

Follows `Utils.murmur2` and `toPositive` of Apache Kafka's clients.
"""

_SEED = 0x9747B28C
_MULTIPLIER = 0x5BD1E995
_MASK = 0xFFFFFFFF
_POSITIVE = 0x7FFFFFFF
_WORD = 4


def partition_of(key: bytes, partitions: int) -> int:
    """Return the partition of `key` in a topic of `partitions` partitions."""
    return (murmur2(key) & _POSITIVE) % partitions


def murmur2(data: bytes) -> int:
    """Return the 32-bit murmur2 hash of `data` with Kafka's seed, unsigned."""
    words, rest = divmod(len(data), _WORD)
    hashed = _SEED ^ len(data)
    for i in range(words):
        word = int.from_bytes(data[i * _WORD : (i + 1) * _WORD], "little")
        word = (word * _MULTIPLIER) & _MASK
        word = ((word ^ (word >> 24)) * _MULTIPLIER) & _MASK
        hashed = ((hashed * _MULTIPLIER) & _MASK) ^ word
    if rest:
        hashed ^= int.from_bytes(data[words * _WORD :], "little")
        hashed = (hashed * _MULTIPLIER) & _MASK
    hashed ^= hashed >> 13
    hashed = (hashed * _MULTIPLIER) & _MASK
    return hashed ^ (hashed >> 15)
