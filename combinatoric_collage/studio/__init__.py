"""The studio: pages in the browser that ask a stack's API, by way of this machine alone."""
