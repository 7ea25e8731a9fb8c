"""What routers of every room share: who calls, what crosses the door, pages, one effect a key.

A room describes its operations; who a caller is and where keys are kept, the project says by
`access.connect`, because only it knows the tables of tokens.
"""
