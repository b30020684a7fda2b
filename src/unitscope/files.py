"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replacing(target: Path, *, private: bool = False) -> Iterator[Path]:
    """A file beside `target` to write to; it takes the target's place when the block ends well.

    It has the target's suffix. A block that raises leaves nothing behind and the target as it was.
    Permissions follow the umask, or with `private` only the user can read it. **Raises** `OSError`
    where the folder cannot be written.
    """
    import tempfile  # five milliseconds, which a start need not wait for

    handle, name = tempfile.mkstemp(
        dir=target.parent, prefix=f".{target.stem}-", suffix=target.suffix
    )
    os.close(handle)
    unfinished = Path(name)
    try:
        yield unfinished
        if not private:
            unfinished.chmod(0o666 & ~_umask())
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
