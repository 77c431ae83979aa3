"""Tables of a run folder that are not as they were written: told with their name, not as a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import SupplyriskError


class DamagedTable(SupplyriskError):
    """A table that can't be read as what its name says."""


@contextmanager
def reading(file: Path) -> Iterator[None]:
    """Within it, what a reader says of a cut or changed file becomes one sentence with the file's name.

    Arrow tells a file it can't read as a `ValueError`, and damaged pages as an `OSError` without a number, which has
    nothing to do with the machine.
    """
    try:
        yield
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        why = " ".join(str(error).split())
        raise DamagedTable(f"{file} is damaged and can't be read ({why}); run the batch again") from error
