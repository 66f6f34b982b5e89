"""Pages of running the bus: alerts, forecasts, objectives, topics, audit, keys."""
