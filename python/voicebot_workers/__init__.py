"""Temporal workers for what runs in Python. They know the service by Temporal, the blob store and the media pipes alone."""
