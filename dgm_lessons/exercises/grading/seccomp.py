"""Seccomp: from now on this process starts no other, signals none, and opens no socket (Linux).

The filter is a program for the kernel's packet filter, which sees the number of each system call,
https://docs.kernel.org/userspace-api/seccomp_filter.html. What is not named here stays allowed.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform

from .landlock import NO_NEW_PRIVILEGES, check, libc

# The number of each call on x86-64 and on AArch64 (`asm/unistd.h`); 0: it has none.
NUMBERS = {
    # starting another program or process, and reaching into one
    **{"fork": (57, 0), "vfork": (58, 0), "execve": (59, 221), "execveat": (322, 281)},
    **{"ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271)},
    **{"pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424)},
    **{"kill": (62, 129), "tkill": (200, 130), "setpriority": (141, 140), "ioprio_set": (251, 30)},
    **{"rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240), "unshare": (272, 97)},
    **{"sched_setaffinity": (203, 122), "sched_setscheduler": (144, 119)},
    **{"sched_setparam": (142, 118), "sched_setattr": (314, 274)},
    # the network, and what outlives a process or its limit of memory
    **{"socket": (41, 198), "socketpair": (53, 199), "io_uring_setup": (425, 425)},
    **{"memfd_create": (319, 279), "shmget": (29, 194), "msgget": (68, 186), "semget": (64, 190)},
    **{"mq_open": (240, 180), "add_key": (248, 217), "request_key": (249, 218)},
    **{"keyctl": (250, 219), "bpf": (321, 280), "userfaultfd": (323, 282)},
    # what Landlock does not know: length, owner, mode, times and attributes of files
    **{"truncate": (76, 45), "chmod": (90, 0), "fchmod": (91, 52), "fchmodat": (268, 53)},
    **{"fchmodat2": (452, 452), "chown": (92, 0), "fchown": (93, 55), "lchown": (94, 0)},
    **{"fchownat": (260, 54), "utime": (132, 0), "utimes": (235, 0), "futimesat": (261, 0)},
    **{"utimensat": (280, 88), "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7)},
    **{"removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16)},
    **{"setxattrat": (463, 463), "removexattrat": (466, 466), "file_setattr": (469, 469)},
}
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column above, name in filters
CLONE, CLONE3, TGKILL, PRLIMIT = (56, 220), (435, 435), (234, 131), (302, 261)
THREAD = 0x10000  # the flag of a thread, in `clone`

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000
NUMBER, MACHINE, FIRST = 0, 4, 16  # where they stand in what the filter sees

Step = tuple[int, int, int, int]  # what, steps to skip if so, if not, with what


class Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("yes", ctypes.c_uint8),
        ("no", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    )


class Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("steps", ctypes.POINTER(Instruction)))


def alone() -> None:
    """Refuse the calls above, for good. Raises `OSError` where the kernel or machine cannot."""
    steps = program(platform.machine(), os.getpid())
    array = (Instruction * len(steps))(*(Instruction(*step) for step in steps))
    check(libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    check(libc.prctl(22, 2, ctypes.byref(Program(len(steps), array)), 0, 0))


def program(machine: str, own: int) -> list[Step]:
    """The filter for this kind of machine and the process `own`."""
    if machine not in MACHINES:
        raise OSError(errno.ENOSYS, f"the filter is for {', '.join(MACHINES)}, not {machine}")
    column, name = MACHINES[machine]
    refuse, allow = (RETURN, 0, 0, ERROR | errno.EPERM), (RETURN, 0, 0, ALLOW)
    steps: list[Step] = [
        *((LOAD, 0, 0, MACHINE), (EQUAL, 1, 0, name), (RETURN, 0, 0, KILL)),
        *((LOAD, 0, 0, NUMBER), (AT_LEAST, 0, 1, 1 << 30), refuse),  # the 32-bit calls of x86-64
        # The C library then starts its threads by `clone`, whose flags a filter can read.
        *((EQUAL, 0, 1, CLONE3[column]), (RETURN, 0, 0, ERROR | errno.ENOSYS)),
    ]
    only = ((CLONE, ANY_BIT, THREAD), (TGKILL, EQUAL, own), (PRLIMIT, EQUAL, 0))
    for call, test, value in only:  # allowed if the first argument is so
        steps += [(EQUAL, 0, 4, call[column]), (LOAD, 0, 0, FIRST), (test, 1, 0, value)]
        steps += [refuse, allow]
    for number in (numbers[column] for numbers in NUMBERS.values()):
        steps += [(EQUAL, 0, 1, number), refuse] if number else []
    return [*steps, allow]
