"""Notebooks that need not wait for their libraries: kernels forked from a process that has them.

A plugin for pytest (`-p warm_kernels`) beside nbval. Loading PyTorch, Matplotlib and SciPy takes a
kernel some four seconds of computing; a fork takes none. The package itself is loaded anew.
"""

import multiprocessing
import os
import signal
import sys
from typing import Any

from jupyter_client.provisioning import local_provisioner

LOADED = [
    *("ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell", "anywidget"),
    *("torch", "torch._dynamo", "torch.utils._sympy.functions", "torchdiffeq"),
    *("matplotlib.figure", "matplotlib.backends.backend_agg", "PIL.Image", "PIL.PngImagePlugin"),
    *("sklearn.datasets", "scipy.stats", "scipy.sparse.linalg", "safetensors.torch"),
]
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(LOADED)
# Read when Matplotlib is loaded, and what every kernel sets.
os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"


def begin(options: list[str], folder: str, environment: dict[str, str], begun: Any) -> None:
    """The life of a kernel, in a process group of its own."""
    os.setsid()
    begun.set()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[1:] = options
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    from ipykernel.kernelapp import IPKernelApp

    IPKernelApp.launch_instance(options)


class Kernel:
    """What the manager of a kernel uses of `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, command: list[str], *, cwd: str, env: dict[str, str], **_: Any) -> None:
        begun = FORKS.Event()
        options = command[command.index("-f") :]
        self.process = FORKS.Process(target=begin, args=(options, cwd, env, begun))
        self.process.start()
        begun.wait(60)
        self.pid = self.process.pid

    def poll(self) -> int | None:
        return self.process.exitcode

    def wait(self) -> int | None:
        self.process.join()
        return self.process.exitcode

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


if sys.platform == "linux":  # elsewhere a fork of so much that is loaded is not safe
    local_provisioner.launch_kernel = Kernel
