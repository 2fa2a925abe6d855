"""Numbers of system calls on x86_64 and aarch64, and which of them a worker is denied."""

from __future__ import annotations

# Name, number on x86_64, number on aarch64; `-` where that architecture has none.
DENIED = """
# the network, beyond pairs of connected sockets
socket 41 198, connect 42 203, accept 43 202, accept4 288 242, bind 49 200, listen 50 201
sendmsg 46 211, sendmmsg 307 269, setsockopt 54 208
# other processes
fork 57 -, vfork 58 -, execve 59 221, execveat 322 281, ptrace 101 117, process_vm_readv 310 270
process_vm_writev 311 271, process_madvise 440 440, process_mrelease 448 448, pidfd_open 434 434
pidfd_send_signal 424 424, pidfd_getfd 438 438, kcmp 312 272, tkill 200 130
rt_sigqueueinfo 129 138, rt_tgsigqueueinfo 297 240, setpriority 141 140, ioprio_set 251 30
sched_setscheduler 144 119, sched_setparam 142 118, sched_setattr 314 274, migrate_pages 256 238
move_pages 279 239, get_robust_list 274 100
# memory and messages shared with others, memory that no limit counts
memfd_create 319 279, memfd_secret 447 447, shmget 29 194, shmat 30 196, shmctl 31 195
shmdt 67 197, msgget 68 186, msgsnd 69 189, msgrcv 70 188, msgctl 71 187, semget 64 190
semop 65 193, semtimedop 220 192, semctl 66 191, mq_open 240 180, mq_unlink 241 181
mq_timedsend 242 182, mq_timedreceive 243 183, mq_notify 244 184, mq_getsetattr 245 185
pipe 22 -, pipe2 293 59, splice 275 76, tee 276 77, vmsplice 278 75
# who it is, and its limits
setuid 105 146, setgid 106 144, setreuid 113 145, setregid 114 143, setresuid 117 147
setresgid 119 149, setgroups 116 159, setfsuid 122 151, setfsgid 123 152, capset 126 91
setrlimit 160 164, seccomp 317 277, personality 135 92, modify_ldt 154 -
# namespaces, mounts, names
unshare 272 97, setns 308 268, listns 470 470, mount 165 40, umount2 166 39, pivot_root 155 41
chroot 161 51, mount_setattr 442 442, move_mount 429 429, open_tree 428 428
open_tree_attr 467 467, fsopen 430 430, fsconfig 431 431, fsmount 432 432, fspick 433 433
swapon 167 224, swapoff 168 225, quotactl 179 60, quotactl_fd 443 443, sethostname 170 161
setdomainname 171 162
# what only the kernel's own tools need
bpf 321 280, perf_event_open 298 241, userfaultfd 323 282, io_uring_setup 425 425
io_uring_enter 426 426, io_uring_register 427 427, io_setup 206 0, io_submit 209 2
keyctl 250 219, add_key 248 217, request_key 249 218, fanotify_init 300 262
fanotify_mark 301 263, inotify_init 253 -, inotify_init1 294 26, inotify_add_watch 254 27
name_to_handle_at 303 264, open_by_handle_at 304 265, init_module 175 105, finit_module 313 273
delete_module 176 106, kexec_load 246 104, kexec_file_load 320 294, reboot 169 142, iopl 172 -
ioperm 173 -, acct 163 89, syslog 103 116, vhangup 153 58, lookup_dcookie 212 18
settimeofday 164 170, clock_settime 227 112, clock_adjtime 305 266, adjtimex 159 171
# files: also what Landlock does not know of, such as modes, owners and times
creat 85 -, truncate 76 45, mknod 133 -, mknodat 259 33, mkdir 83 -, mkdirat 258 34, rmdir 84 -
unlink 87 -, unlinkat 263 35, rename 82 -, renameat 264 38, renameat2 316 276, link 86 -
linkat 265 37, symlink 88 -, symlinkat 266 36, chmod 90 -, fchmod 91 52, fchmodat 268 53
fchmodat2 452 452, chown 92 -, fchown 93 55, lchown 94 -, fchownat 260 54, utime 132 -
utimes 235 -, futimesat 261 -, utimensat 280 88, setxattr 188 5, lsetxattr 189 6
fsetxattr 190 7, setxattrat 463 463, removexattr 197 14, lremovexattr 198 15
sync 162 81, syncfs 306 267, flock 73 32, fremovexattr 199 16, removexattrat 466 466
file_setattr 469 469
"""
# Denied or allowed by what they are asked.
ASKED = """
clone 56 220, clone3 435 435, kill 62 129, tgkill 234 131, prlimit64 302 261, prctl 157 167
fcntl 72 25, ioctl 16 29, socketpair 53 199, sendto 44 206, sched_setaffinity 203 122, open 2 -
openat 257 56, openat2 437 437, mmap 9 222, madvise 28 233
"""


def numbers(table: str, machine: str) -> dict[str, int]:
    """The calls of a table that `machine` has. Raises ValueError for a machine without a column."""
    column = ("x86_64", "aarch64").index(machine) + 1
    lines = (line for line in table.splitlines() if not line.startswith("#"))
    cells = [cell.split() for line in lines for cell in line.split(",") if cell.strip()]
    return {cell[0]: int(cell[column]) for cell in cells if cell[column] != "-"}
