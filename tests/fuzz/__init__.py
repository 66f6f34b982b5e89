"""Fuzzing of the lean sender, `make fuzz`: any bytes as a server's answers."""
