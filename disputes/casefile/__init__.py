"""A case printed whole, for somebody above the institution.

`contents` gathers sections from a registry, `pdf` draws them, `making` does it in the worker.
Others add a section of their own in `AppConfig.ready`: `contents.register(55, build)`.
"""
