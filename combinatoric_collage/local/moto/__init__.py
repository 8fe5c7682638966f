"""What is changed in moto, one file a service."""
