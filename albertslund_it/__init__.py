"""The roof and the cellar of the house; `inventory` and `leasing` stand between them.

The roof may import everything: settings, urls, roles, navigation, sign-on (oidc), operation, the
demo and the commands. The cellar imports nothing above it: `common` knows no Django, `web` does.
"""
