"""The engine `bedrock`: Stability AI's image services on Amazon Bedrock, asked with a role."""
