"""The engine `openai`: OpenAI's image and language models, and servers that speak their API."""
