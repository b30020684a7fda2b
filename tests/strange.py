"""Files that are no runs and no sweeps, for the tests that load them."""

import pickle

import pytest


class Trap:
    """Unpickling this would call the function."""

    def __reduce__(self):
        return (pytest.fail, ("a pickle was executed",))


CONTENTS = [b"", b"hello", b"PK\x03\x04 not a zip", pickle.dumps(Trap()), b"\x93NUMPY" + bytes(200)]
