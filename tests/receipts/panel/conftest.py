from tests.receipts.imports.conftest import load_rows, write

__all__ = ["load_rows", "write"]
