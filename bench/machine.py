"""The machine that figures are of: what it is, which processors are used, what else ran on it."""

import os
import pathlib
import platform
import time

# Variables that make a library choose other kernels or thread counts than it would by itself. Measured programs
# do not see them, so that each library picks its own kernels.
NOT_PASSED_ON = (
    "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_NUM_THREADS", "NVPL_BLAS_DEBUG_CPU_TYPE",
    "MKL_DEBUG_CPU_TYPE", "MKL_ENABLE_INSTRUCTIONS", "MKL_CBWR", "MKL_NUM_THREADS", "MKL_DYNAMIC",
    "DNNL_MAX_CPU_ISA", "ONEDNN_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY", "CT2_FORCE_CPU_ISA", "CT2_USE_MKL",
    "OMP_NUM_THREADS", "OMP_WAIT_POLICY", "OMP_PROC_BIND", "OMP_PLACES", "GOMP_SPINCOUNT", "GOMP_CPU_AFFINITY",
    "KMP_BLOCKTIME", "KMP_AFFINITY", "LD_PRELOAD", "MALLOC_ARENA_MAX",
)


def environment(threads):
    """For a measured program that may use `threads` threads."""
    variables = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
    variables["RAYON_NUM_THREADS"] = str(threads)  # the reference tokenizer's threads
    variables["TOKENIZERS_PARALLELISM"] = "true"
    variables["HF_HUB_OFFLINE"] = "1"
    return variables


def physical_cores():
    """One processor number of each core that this process may run on."""
    cores, seen = [], set()
    for cpu in sorted(os.sched_getaffinity(0)):
        path = pathlib.Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
        siblings = path.read_text() if path.exists() else str(cpu)
        if siblings not in seen:
            seen.add(siblings)
            cores.append(cpu)
    return cores


def cpu_info():
    fields = {}
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        fields.setdefault(name.strip(), value.strip())
    return fields


def cache_sizes():
    sizes = []
    for index in sorted(pathlib.Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        if (index / "type").read_text().strip() != "Instruction":
            sizes.append(f"L{(index / 'level').read_text().strip()} {(index / 'size').read_text().strip()}")
    return ", ".join(sizes)


def describe():
    """A line for people: processor, cores, caches, instruction sets, memory, system."""
    info = cpu_info()
    flags = set((info.get("flags") or info.get("Features") or "").split())
    named = [("avx2", "AVX2"), ("avx512f", "AVX-512"), ("avx512_vnni", "AVX-512 VNNI"), ("avx_vnni", "AVX-VNNI"),
             ("avx512_bf16", "AVX-512 BF16"), ("amx_int8", "AMX"), ("asimd", "NEON"), ("i8mm", "I8MM")]
    memory = next(int(line.split()[1]) for line in pathlib.Path("/proc/meminfo").read_text().splitlines()
                  if line.startswith("MemTotal"))
    name = info.get("model name", platform.machine())
    family = f"family {info['cpu family']} model {info['model']}, " if "cpu family" in info else ""
    system = ".".join(platform.release().split(".")[:2])
    virtual = ", virtual machine" if "hypervisor" in flags else ""
    return (f"{name} ({family}{len(physical_cores())} cores used of {os.cpu_count()} processors{virtual}), "
            f"{cache_sizes()}, {', '.join(label for flag, label in named if flag in flags)}, "
            f"{memory / 1e6:.0f} GB, Linux {system}")


class OtherLoad:
    """How much of the processors' time went to processes that are not this one's children."""

    def __init__(self, cpus):
        self.cpus = {f"cpu{cpu}" for cpu in cpus}
        self.busy, self.own, self.time = self._busy(), self._own(), time.monotonic()

    def _busy(self):
        ticks = 0
        for line in pathlib.Path("/proc/stat").read_text().splitlines():
            name, *values = line.split()
            if name in self.cpus:
                user, nice, system, _, _, irq, softirq, steal = (int(value) for value in values[:8])
                ticks += user + nice + system + irq + softirq + steal
        return ticks / os.sysconf("SC_CLK_TCK")

    def _own(self):
        times = os.times()
        return times.user + times.system + times.children_user + times.children_system

    def share(self):
        """Since this object was made; 0.1 is a tenth of all these processors could do."""
        available = (time.monotonic() - self.time) * len(self.cpus)
        used = (self._busy() - self.busy) - (self._own() - self.own)
        return max(0.0, used / available) if available > 0 else 0.0
