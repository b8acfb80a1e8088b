"""Fixtures for all tests. Objects are made by plain functions in `tests/factories.py`."""
