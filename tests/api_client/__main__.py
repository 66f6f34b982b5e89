"""Write them anew: `make client`, after a change of the table of routes."""

from pathlib import Path

from tests.api_client.writing import write_all

if __name__ == "__main__":
    write_all(Path(__file__).parents[2] / "bus" / "api")
