from albertslund_it.web.rows import write_rows

__all__ = ["write_rows"]
