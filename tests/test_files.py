"""Files that are written whole or not at all."""

import os
import stat

import pytest

import unitscope as us
from unitscope.files import replacing


def test_a_block_that_raises_leaves_the_old_file_and_nothing_else(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(KeyError), replacing(target) as unfinished:
        unfinished.write_text("half")
        raise KeyError
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_block_that_ends_well_replaces_the_file(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    with replacing(target) as unfinished:
        assert unfinished.suffix == ".txt"
        unfinished.write_text("new")
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.skipif(os.name != "posix", reason="permission bits are POSIX's")
def test_a_saved_run_may_be_read_as_any_file_of_the_user(tmp_path):
    plain = tmp_path / "plain"
    plain.touch()
    us.train(us.datasets.lab(), epochs=1).save(tmp_path / "run.npz")
    mode = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("run.npz", "plain")]
    assert mode[0] == mode[1]
    with replacing(tmp_path / "mine", private=True):
        pass
    assert stat.S_IMODE((tmp_path / "mine").stat().st_mode) == 0o600
