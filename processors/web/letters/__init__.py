"""Pages of dead letters: by cause, a list, one of them; a plan before each job."""
