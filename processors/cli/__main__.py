"""`python -m processors.cli`: the `bus` command, for child processes."""

from processors.cli import main

if __name__ == "__main__":
    main()
