"""Tasks: what runs in containers. They import the library and no other room."""
