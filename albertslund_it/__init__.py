"""The roof and the cellar of the house; `inventory` and `leasing` stand between them.

The roof may import everything: settings, urls, roles, navigation, sign-on (oidc), operation, demo and
the commands. The cellar imports nothing above itself: `common` knows no Django, `web` does.
"""
