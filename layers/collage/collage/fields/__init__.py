"""What a request can say: its fields and their values. Recipes read these, and no rules."""
