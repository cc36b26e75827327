"""Replay a city's own table of requests into a town of its own. 回放城市历史数据."""
