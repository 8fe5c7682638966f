"""What is shipped: a bill of materials, licences, and whether anything is known against it."""
