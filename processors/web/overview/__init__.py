"""The first page: all flows at one glance, each number a link to its list."""
