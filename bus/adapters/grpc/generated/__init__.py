"""Messages of `schemas/*.proto`, as protoc made them; `make proto` makes them anew."""
