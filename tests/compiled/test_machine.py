"""Object code for every system: what it asks of the linker; aarch64's computes the same."""

import os
import struct
import subprocess
import sys

import llvmlite.binding as llvm
import numpy as np
import pytest

import unitscope as us
from unitscope.compiled import llvm_ir, names
from unitscope.compiled.machine import Machine
from unitscope.geometry.subdivision import CUT
from unitscope.kernel import advance
from unitscope.kernel.advance import LOOP
from unitscope.kernel.order import SHUFFLES
from unitscope.sweeps.block import LOCKSTEP

CODES = (CUT, LOCKSTEP, LOOP, SHUFFLES)
AARCH64 = Machine("aarch64-unknown-linux-gnu", "generic", "+neon")
MACHINES = [
    Machine("x86_64-unknown-linux-gnu", "x86-64", ""),
    Machine("x86_64-unknown-linux-gnu", "skylake-avx512", "+avx512f,+fma"),
    AARCH64,
    Machine("arm64-apple-darwin", "apple-m1", ""),
    Machine("x86_64-apple-darwin", "haswell", ""),
    Machine("x86_64-pc-windows-msvc", "haswell", "+avx2,+fma"),
]
ALLOWED = {*names.SYSTEM, *names.NEVER_CALLED}
# What LLVM itself adds: on Windows a mark that floats are in use, which nothing refers to.
BY_SYSTEM = {"windows": {"_fltused"}, "linux": set(), "darwin": {"bzero"}}


def object_code(code, machine):
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    module = llvm.parse_bitcode(llvm_ir.shipped(code.module))
    return machine.object_code(module, code.arguments, flush=code.flush)


def text_at(table, begin):
    return table[begin : table.index(b"\0", begin)].decode()


def elf(content):
    """Names of undefined symbols in Linux's object format."""
    (sections,), (size, count) = (
        struct.unpack_from("<Q", content, 40),
        struct.unpack_from("<HH", content, 58),
    )
    heads = [struct.unpack_from("<IIQQQQIIQQ", content, sections + size * i) for i in range(count)]
    for _, kind, _, _, at, length, link, *_ in heads:
        if kind == 2:
            strings = content[heads[link][4] :]
            for name, _, _, section, _, _ in struct.iter_unpack(
                "<IBBHQQ", content[at : at + length]
            ):
                if name and not section:
                    yield text_at(strings, name)


def coff(content):
    """The same in Windows'."""
    at, count = struct.unpack_from("<II", content, 8)
    strings, skip = content[at + 18 * count :], 0
    for name, value, section, _, kind, more in struct.iter_unpack(
        "<8sIhHBB", content[at : at + 18 * count]
    ):
        if skip:
            skip -= 1
            continue
        skip = more
        if section == value == 0 and kind == 2:
            zero, begin = struct.unpack("<II", name)
            yield name.rstrip(b"\0").decode() if zero else text_at(strings, begin)


def mach_o(content):
    """The same in macOS'."""
    (commands,), at = struct.unpack_from("<I", content, 16), 32
    for _ in range(commands):
        kind, size, symbols, count, strings, _ = struct.unpack_from("<IIIIII", content, at)
        if kind == 2:
            table = content[symbols : symbols + 16 * count]
            for name, what, _, _, _ in struct.iter_unpack("<IBBHQ", table):
                if not what & 0x0E and what & 1:
                    yield text_at(content[strings:], name).removeprefix("_")
        at += size


FORMATS = {"linux": elf, "windows": coff, "darwin": mach_o}


@pytest.mark.slow
@pytest.mark.parametrize(
    "machine", MACHINES, ids=lambda machine: f"{machine.triple}-{machine.model}"
)
@pytest.mark.parametrize("code", CODES, ids=lambda code: code.module.rpartition(".")[2])
def test_an_object_asks_the_linker_only_for_what_it_is_given(code, machine):
    (system,) = (name for name in FORMATS if name in machine.triple)
    asked = set(FORMATS[system](object_code(code, machine)))
    assert asked <= ALLOWED | BY_SYSTEM[system]
    assert code is SHUFFLES or asked & {"memset", "bzero"}, "the names are not read"


@pytest.mark.parametrize(
    "machine", MACHINES, ids=lambda machine: f"{machine.triple}-{machine.model}"
)
def test_only_a_processor_with_registers_of_a_vector_gets_the_wide_tiles(machine):
    assert machine.has_wide_registers == (machine.model == "skylake-avx512")


WIDE = """
import hashlib, sys
import unitscope as us
from unitscope.compiled.machine import Machine

Machine.has_wide_registers = sys.argv[1] == "wide"
sys.executable = "/nowhere/python"  # so that this process compiles
run = us.train(us.datasets.digits(), hidden=(70, 33), epochs=2, threads=1)
assert "numba" not in sys.modules
print(hashlib.sha256(run.weights.tobytes()).hexdigest())
"""


@pytest.mark.slow
def test_the_wide_tiles_give_the_same_bits(tmp_path):
    """Any processor runs them; where its registers are small, sums go to memory and back."""
    weights = {
        subprocess.run(
            [sys.executable, "-c", WIDE, kind],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"UNITSCOPE_CACHE_DIR": str(tmp_path / kind)},
        ).stdout
        for kind in ("wide", "narrow")
    }
    assert len(weights) == 1


# Reads arrays, each after its size in bytes, calls the code with their addresses, writes them. It
# declares what it uses and starts by itself: Debian has the headers in one more package.
MAIN = """
typedef long long whole;
long read(int, void *, unsigned long);
long write(int, const void *, unsigned long);
void *aligned_alloc(unsigned long, unsigned long);
void exit(int);
void abort(void);
whole unitscope_door(%(kinds)s);
%(never)s

static void get(char *at, whole size) {
    for (long some; size; at += some, size -= some)
        if ((some = read(0, at, size)) <= 0) exit(2);
}

static void put(char *at, whole size) {
    for (long some; size; at += some, size -= some)
        if ((some = write(1, at, size)) <= 0) exit(3);
}

void _start(void) {
    void *at[%(count)d];
    whole size[%(count)d];
    for (int i = 0; i < %(count)d; i++) {
        get((char *)&size[i], 8);
        get(at[i] = aligned_alloc(64, (size[i] + 63) / 64 * 64), size[i]);
    }
    whole result = unitscope_door(%(places)s);
    volatile float tiny = 1e-40f;
    if (tiny * 1.0f == 0.0f) exit(4); /* the caller's mode is not as before */
    put((char *)&result, 8);
    for (int i = 0; i < %(count)d; i++) put(at[i], size[i]);
    exit(0);
}
"""
COMPILER, EMULATOR = "aarch64-linux-gnu-gcc", ("qemu-aarch64", "-L", "/usr/aarch64-linux-gnu")


def run_on_aarch64(code, arrays, folder):
    """What a code gives there, and the arrays after it."""
    count = len(arrays)
    main = MAIN % {
        "count": count,
        "kinds": ", ".join(["void *"] * count),
        "places": ", ".join(f"at[{i}]" for i in range(count)),
        "never": "\n".join(f"void {name}(void) {{ abort(); }}" for name in names.NEVER_CALLED),
    }
    (folder / "main.c").write_text(main)
    (folder / "code.o").write_bytes(object_code(code, AARCH64))
    program = str(folder / "main")
    files = [str(folder / "main.c"), str(folder / "code.o"), "-l:libm.so.6", "-l:libc.so.6"]
    options = ["-nostartfiles", "-nostdlib", "-no-pie", "-fno-stack-protector"]
    subprocess.run([COMPILER, *options, *files, "-o", program], check=True)
    given = b"".join(struct.pack("<Q", array.nbytes) + array.tobytes() for array in arrays)
    output = subprocess.run(
        [*EMULATOR, program],
        check=True,
        input=given,
        stdout=subprocess.PIPE,
    ).stdout
    result, rest, after = struct.unpack_from("<q", output)[0], output[8:], []
    for array in arrays:
        after.append(np.frombuffer(rest[: array.nbytes], array.dtype).reshape(array.shape))
        rest = rest[array.nbytes :]
    return result, after


@pytest.mark.slow
@pytest.mark.qemu
def test_the_lab_trains_on_aarch64(tmp_path, monkeypatch):
    arrays, address = [], advance.address

    def recorded(array):
        arrays.append(array.copy())
        return address(array)

    monkeypatch.setattr(advance, "address", recorded)
    run = us.lab.run()
    assert len(arrays) == LOOP.arguments
    epochs, after = run_on_aarch64(LOOP, arrays, tmp_path)
    assert epochs == run.epochs
    by_shape = {one.shape: one for one in after}
    recorded_weights = by_shape[run.epochs, run.network.n_parameters]
    losses = next(one for one in after if one.shape == (run.epochs,) and one.dtype == np.float64)
    np.testing.assert_allclose(recorded_weights, run.weights[-run.epochs :], atol=2e-4)
    np.testing.assert_allclose(losses, run.loss, atol=1e-5)
