"""The build's steps that are more than a copy."""
