"""HTTP on loopback: API Gateway's APIs, and what is held on every listener."""
