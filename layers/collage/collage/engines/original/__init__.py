"""The engine `original`: shows the source, for a place beside other pictures."""
