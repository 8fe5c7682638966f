"""Runs with a provider that takes money, on one laptop cloud which these files share."""
