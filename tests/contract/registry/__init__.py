"""What every schema registry is to us and to others: our own, and any other one."""
