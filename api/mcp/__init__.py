"""The Model Context Protocol: what agents may ask, as tools, resources and prompts over the routes of the service."""
