"""Finds how many requests a second a server takes before its latency or its errors pass a limit."""
