"""What the process of a submission cannot do, and whether this machine holds it to that."""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import site
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from . import landlock, seccomp

PACKAGE = Path(__file__).parents[2]


def confine(seconds: int, memory: int, safe: bool = True) -> None:
    """Limit this process for good: seconds of its CPU, bytes beyond what it has, and all below.

    Raises `OSError` where the machine cannot; with `safe=False` it does what it can.
    """
    os.setsid()  # it can be ended with all that it starts
    for kind, most in limits(seconds, memory):
        resource.setrlimit(kind, (most, most))
    for step in (drop_capabilities, lambda: landlock.read_only(readable()), seccomp.alone):
        try:
            step()
        except (OSError, AttributeError):  # no such call in the C library of this system
            if safe:
                raise


def limits(seconds: int, memory: int) -> Iterator[tuple[int, int]]:
    yield resource.RLIMIT_CPU, seconds + 1
    yield resource.RLIMIT_FSIZE, 0
    yield resource.RLIMIT_CORE, 0
    yield resource.RLIMIT_NOFILE, 64
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        yield resource.RLIMIT_AS, pages * resource.getpagesize() + memory


def drop_capabilities() -> None:
    """What root may do beyond others: the clock, mounts, the files of others."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    landlock.check(landlock.libc.capset(header, (ctypes.c_uint32 * 6)()))


def readable() -> list[Path]:
    """What Python and the libraries need; not the folder of the submissions."""
    packages = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    system = ("/usr", "/lib", "/lib64", "/etc", "/sys/devices/system", "/proc/cpuinfo")
    devices = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
    ours = (sys.prefix, sys.base_prefix, site.getusersitepackages(), str(PACKAGE))
    return [Path(path) for path in (*packages, *system, *devices, *ours)]


def protections(memory: int) -> list[str]:
    """What a confined process finds itself unable to do: it tries. Call it in such a process."""
    return [words for words, trial in trials(memory).items() if refused(trial)]


def trials(memory: int) -> dict[str, Callable[[], object]]:
    """What must fail, by the words for it."""
    import socket

    elsewhere, mode = Path(os.environ.get("TMPDIR", "/tmp")), PACKAGE.stat().st_mode & 0o777
    return {
        "no other process": fork,
        "no signal": lambda: os.kill(os.getppid(), 0),
        "no network": socket.socket,
        "no file written": lambda: write(elsewhere / f"dgm-lessons-{os.getpid()}"),
        "no file changed": lambda: os.chmod(PACKAGE, mode),
        "no reading of other folders": lambda: os.listdir(elsewhere),
        "no memory beyond the limit": lambda: bytearray(2 * memory),
    }


def fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def write(path: Path) -> None:
    path.write_bytes(b"-")
    path.unlink()


def refused(trial: Callable[[], object]) -> bool:
    try:
        trial()
    except MemoryError:
        return True
    except OSError as error:
        return error.errno in (errno.EPERM, errno.EACCES, errno.EFBIG)
    return False
