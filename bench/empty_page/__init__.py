"""The product with one address more: an empty page for who is signed in, behind all of its
middleware.
"""
