"""What a submission may try and must not achieve, as small pieces of submission code.

Each body belongs to `def probe(scene):`. It returns something true when it got where it should not,
and raises an OSError, as a submission would see it, when it was kept from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import indent

from judge.errors import TimeUp, TooMuchOutput, WorkerDied, WorkerEnded

PRELUDE = """
import importlib, os, signal, sys

def module(name):
    return importlib.import_module(name)

def native(function, *arguments):
    ctypes = module("ctypes")
    result = getattr(ctypes.CDLL(None, use_errno=True), function)(*arguments)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result

def system(x86, arm, *arguments):
    arm64 = os.uname().machine == "aarch64"
    return native("syscall", arm if arm64 else x86, *arguments)

def read_memory(pid):
    ctypes = module("ctypes")
    class Part(ctypes.Structure):
        _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]
    held = ctypes.create_string_buffer(16)
    here = Part(ctypes.addressof(held), 16)
    # A fork keeps its addresses, so this one is mapped there as well.
    there = Part(id(None), 16)
    one, none = ctypes.c_ulong(1), ctypes.c_ulong(0)
    return native("process_vm_readv", pid, ctypes.byref(here), one, ctypes.byref(there), one, none)
"""
LANDLOCK, SECCOMP, CAPABILITIES, SPACES = (
    *("landlock", "seccomp"),
    *("no capabilities", "namespaces"),
)


@dataclass(frozen=True)
class Probe:
    """A try. `layers`: those of which one at least is there to stop it.

    `ends`: how the worker must end, and a word of how it says so; None if it must answer.
    """

    name: str
    layers: tuple[str, ...]
    body: str
    ends: type[WorkerEnded] | None = None
    saying: str = ""
    machine: str = ""  # the only architecture it means something on
    needs: str = ""  # the part of the scene without which it means nothing

    @property
    def source(self) -> str:
        """The submission."""
        return f"{PRELUDE}\ndef probe(scene):\n{indent(self.body.strip(), '    ')}\n"


_L, _S, _LS = (LANDLOCK,), (SECCOMP,), (LANDLOCK, SECCOMP)

_READING = (
    Probe("read a file", _L, 'return open(scene["secret"]).read()'),
    Probe("list a folder", _L, 'return os.listdir(scene["folder"])'),
    Probe("list the home folder", _L, 'return [scene["home"], *os.listdir(scene["home"])]'),
    Probe("read the accounts", _L, 'return open("/etc/passwd").read()'),
    Probe("read the judge", _L, 'return open(scene["judge"]).read()'),
    Probe("read an oracle", _L, 'return open(scene["oracle"]).read()', needs="oracle"),
    Probe("read hidden tests", _L, 'return open(scene["tests"]).read()', needs="tests"),
    Probe("read a solution", _L, 'return open(scene["solution"]).read()', needs="solution"),
    Probe("list installed packages", _L, 'return os.listdir(scene["packages"])'),
    Probe("read another package", _L, 'return open(scene["package"]).read()', needs="package"),
    Probe("read by way of /proc", _L, 'return open("/proc/self/root" + scene["secret"]).read()'),
    Probe("list the working folder", _L, 'return [".", *os.listdir("/proc/self/cwd")]'),
)
_WRITING = (
    Probe("write a file", _L, 'return open(scene["new"], "w")'),
    Probe("change a file", _L, 'return open(scene["secret"], "r+b")'),
    Probe("shorten a file", _LS, 'os.truncate(scene["secret"], 0)'),
    Probe("remove a file", _LS, 'os.remove(scene["secret"])'),
    Probe("rename a file", _LS, 'os.rename(scene["secret"], scene["new"])'),
    Probe("link a file", _LS, 'os.link(scene["secret"], scene["new"])'),
    Probe("make a symbolic link", _LS, 'os.symlink("/", scene["new"])'),
    Probe("make a folder", _LS, 'os.mkdir(scene["new"])'),
    Probe("make a pipe with a name", _LS, 'os.mkfifo(scene["new"])'),
    Probe("change a file's mode", _S, 'os.chmod(scene["secret"], 0o777)'),
    Probe("change a file's times", _S, 'os.utime(scene["secret"], (1, 1))'),
    Probe("give a file an attribute", _S, 'os.setxattr(scene["secret"], "user.probe", b"1")'),
    Probe("use a temporary file", _L, 'return module("tempfile").TemporaryFile()'),
)
_OTHERS = (
    Probe("read the server's environment", _L, "return open(f\"/proc/{scene['server']}/environ\")"),
    Probe("read the server's map", _L, "return open(f\"/proc/{scene['server']}/maps\").read()"),
    Probe("open the server's memory", _L, "return open(f\"/proc/{scene['server']}/mem\", 'rb')"),
    Probe("copy the server's memory", _LS, 'return read_memory(scene["server"])'),
    Probe("open the judge's memory", _L, "return open(f\"/proc/{scene['trusted']}/mem\", 'rb')"),
    Probe("open a sibling's memory", _L, "return open(f\"/proc/{scene['sibling']}/mem\", 'rb')"),
    Probe("copy a sibling's memory", _LS, 'return read_memory(scene["sibling"])'),
    Probe(
        "trace a sibling",
        _LS,
        'native("ptrace", 16, scene["sibling"], None, None)\nreturn "attached"',
    ),
    Probe("signal a sibling", _LS, 'os.kill(scene["sibling"], 0)\nreturn "it may"'),
    Probe("signal the server", _LS, 'os.kill(scene["server"], 0)\nreturn "it may"'),
    Probe("signal the judge", _LS, 'os.kill(scene["trusted"], 0)\nreturn "it may"'),
    Probe("end another program", _LS, 'os.kill(scene["bystander"], 15)\nreturn "sent"'),
    Probe("hold a handle of a process", _S, 'return [os.pidfd_open(scene["bystander"])]'),
    Probe(
        "have the kernel send signals",
        _S,
        'module("fcntl").fcntl(1, module("fcntl").F_SETOWN, scene["bystander"])\nreturn "it may"',
    ),
    Probe(
        "limit another program",
        _S,
        'resource = module("resource")\n'
        'return resource.prlimit(scene["bystander"], resource.RLIMIT_CORE, (0, 0)) or "set"',
    ),
    Probe(
        "slow another program down",
        _S,
        'os.setpriority(os.PRIO_PROCESS, scene["bystander"], 19)\nreturn "set"',
    ),
    Probe("pin another program", _S, 'os.sched_setaffinity(scene["bystander"], {0})\nreturn "set"'),
)
_STARTING = (
    Probe("fork", _S, "pid = os.fork()\npid or os._exit(0)\nreturn pid"),
    Probe(
        "clone a process",
        _S,
        "pid = system(56, 220, 17, 0, 0, 0, 0)\npid or os._exit(0)\nreturn pid",
    ),
    Probe("run a program", _LS, 'return module("subprocess").run([sys.executable, "-V"])'),
    Probe("become a program", _LS, 'os.execv("/bin/true", ["true"])', ends=None),
    Probe(
        "run a program by spawn", _LS, 'return os.posix_spawn("/bin/true", ["true"], {}) or "ran"'
    ),
)
_SOCKET = 's = module("socket")\n'
_NETWORK = (
    Probe(
        "connect by TCP",
        _LS,
        f'{_SOCKET}s.create_connection(("127.0.0.1", scene["tcp"]), 1)\nreturn "connected"',
    ),
    Probe("listen on a port", _LS, f'{_SOCKET}return [s.create_server(("127.0.0.1", 0)).fileno()]'),
    Probe(
        "send by UDP",
        (*_S, SPACES),
        f"{_SOCKET}link = s.socket(s.AF_INET, s.SOCK_DGRAM)\n"
        'link.sendto(b"x", ("127.0.0.1", scene["udp"]))\nreturn "sent"',
    ),
    Probe(
        "connect to a socket in a folder",
        _S,
        f'{_SOCKET}s.socket(s.AF_UNIX).connect(scene["stream"])\nreturn "connected"',
    ),
    Probe(
        "connect to an abstract socket",
        (*_LS, SPACES),
        f'{_SOCKET}s.socket(s.AF_UNIX).connect(scene["abstract"])\nreturn "connected"',
    ),
    Probe(
        "send to a socket from a pair",
        _S,
        f"{_SOCKET}pair = s.socketpair(s.AF_UNIX, s.SOCK_DGRAM)\n"
        'pair[0].sendto(b"x", scene["datagram"])\nreturn "sent"',
    ),
    Probe(
        "open a raw socket", _S, f"{_SOCKET}return [s.socket(s.AF_INET, s.SOCK_RAW, 1).fileno()]"
    ),
    Probe(
        "ask the kernel for routes",
        _S,
        f"{_SOCKET}return [s.socket(s.AF_NETLINK, s.SOCK_RAW).fileno()]",
    ),
)
_KERNEL = (
    Probe("make a file in memory", _S, 'return [os.memfd_create("probe")]'),
    Probe(
        "share memory by System V",
        _S,
        'number = native("shmget", 0, 4096, 0o1600)\nnative("shmctl", number, 0, None)\n'
        "return [number]",
    ),
    Probe(
        "share memory by name",
        _L,
        'made = module("multiprocessing.shared_memory").SharedMemory(create=True, size=64)\n'
        "made.unlink()\nreturn made.name",
    ),
    Probe(
        "make a message queue",
        _S,
        'number = native("msgget", 0, 0o1600)\nnative("msgctl", number, 0, None)\nreturn [number]',
    ),
    Probe("handle page faults", _S, "return [system(323, 282, 1)]"),
    Probe(
        "count the kernel's events",
        _S,
        'event = module("struct").pack("IIQ24xQ16x", 1, 64, 0, 0x60)\n'
        "return [system(298, 241, event, 0, -1, -1, 0)]",
    ),
    Probe(
        "queue work in the kernel",
        _S,
        'held = module("ctypes").create_string_buffer(256)\nreturn [system(425, 425, 1, held)]',
    ),
    Probe(
        "store a key",
        _S,
        'return [system(248, 217, b"user", b"probe", b"x", module("ctypes").c_long(1), -2)]',
    ),
    Probe("enter a namespace", _S, 'native("unshare", 0x10000000)\nreturn "entered"'),
    Probe(
        "mount a file system",
        (SECCOMP, CAPABILITIES),
        'native("mount", b"none", scene["folder"].encode(), b"tmpfs", 0, None)\n'
        'native("umount2", scene["folder"].encode(), 2)\nreturn "mounted"',
    ),
    Probe(
        "keep capabilities",
        (CAPABILITIES,),
        'lines = open("/proc/self/status").read().splitlines()\n'
        'return [x for x in lines if x.startswith("CapEff") and int(x.split()[1], 16)]',
    ),
    Probe("outlive the server", _S, 'native("prctl", 1, 0)\nreturn "it may"'),
    Probe("hide from the judge", _S, 'native("prctl", 4, 0)\nreturn "it may"'),
    Probe(
        "speak another architecture",
        _S,
        "return [system(0x40000000 | 39, 0)]",
        ends=WorkerDied,
        saying="SIGSYS",
        machine="x86_64",
    ),
)
_LOOP = "while True: pass"
_OWN = (
    Probe("see the environment", (), 'return sorted(set(os.environ) & set(scene["environment"]))'),
    Probe(
        "find open descriptors",
        (),
        "found = []\nfor fd in range(4, 128):\n"
        "    try: found.append((fd, os.fstat(fd).st_mode))\n"
        "    except OSError: pass\nreturn found",
    ),
    Probe("take too much memory", (), "return len(bytearray(4 << 30))"),
    Probe("open too many files", (), "return [os.dup(1) for _ in range(200)]"),
    Probe(
        "flood the output",
        (),
        'for _ in range(4000): os.write(1, b"x" * 10_000)\nreturn "all of it was taken"',
        ends=TooMuchOutput,
    ),
    Probe("never end", (), _LOOP, ends=TimeUp),
    Probe(
        "never end, whatever the signal",
        (),
        "for number in signal.valid_signals():\n"
        "    try: signal.signal(number, signal.SIG_IGN)\n    except OSError: pass\n"
        f"{_LOOP}",
        ends=TimeUp,
    ),
    Probe(
        "leave a grandchild behind",
        (),
        'native("prctl", 15, scene["mark"].encode())\n'
        "try:\n    for _ in range(2):\n        if os.fork() == 0: os.setsid()\n"
        f"except OSError: pass\n{_LOOP}",
        ends=TimeUp,
    ),
    Probe("abort", (), "os.abort()", ends=WorkerDied, saying="SIGABRT"),
    Probe("crash", (), 'module("ctypes").string_at(1)', ends=WorkerDied, saying="SIGSEGV"),
    Probe("leave", (), "os._exit(7)", ends=WorkerDied, saying="exit code 7"),
)
PROBES = (*_READING, *_WRITING, *_OTHERS, *_STARTING, *_NETWORK, *_KERNEL, *_OWN)
