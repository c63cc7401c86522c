"""Matching: pure arrays and plain values; imports nothing of the service."""
