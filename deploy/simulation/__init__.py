"""Simulated platforms, grid members, desk and reporters, who let the cases of a town flow. 模拟运行."""
