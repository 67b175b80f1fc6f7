"""Harmony, the token format of the gpt-oss models, in pure Python."""

__version__ = "0.1.0"
