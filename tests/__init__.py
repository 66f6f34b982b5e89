"""The tests of Orderbus."""
