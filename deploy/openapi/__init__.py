"""The OpenAPI document, from the services' own HTTP entrypoints."""
