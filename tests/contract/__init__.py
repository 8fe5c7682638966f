"""The HTTP API as it describes itself, on the laptop cloud or, with a URL, on a deployed stack."""
