"""The store: the one place that knows S3 and where things lie in it."""
