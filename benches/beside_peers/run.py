#!/usr/bin/env python3
"""Ours and other libraries in turn, on one machine, as a table in Markdown.

    python3 benches/beside_peers/run.py SCRIPTS                 the quick ones, some ten minutes
    python3 benches/beside_peers/run.py SCRIPTS --peers all     with bt, backtrader, cvxportfolio, quantstats and vectorbt

SCRIPTS is the folder of the peers' scripts, with ../data from gen_data.py. Needs cargo and nothing but Python; the peers need what they need.
Each round runs ours and each peer of a workload one after the other, in processes of their own; what takes long runs in the first round only.
Of several rounds the least median CPU time counts.
"""
import argparse, json, os, pathlib, subprocess, sys, time

HERE = pathlib.Path(__file__).resolve().parent
#        workload  peer          script and arguments                   runs in the first round only
JOBS = [("w1", "numpy", "w12_baseline.py w1 numpy", False),
        ("w1", "numba", "w12_baseline.py w1 numba", False),
        ("w1", "vectorbt", "w12_vbt.py w1", True),
        ("w1", "bt", "w12_bt.py w1", True),
        ("w1", "cvxportfolio", "w12_cvx.py w1", True),
        ("w1", "backtrader", "w12_backtrader.py w1", True),
        ("w2", "numpy", "w12_baseline.py w2 numpy", False),
        ("w2", "numba", "w12_baseline.py w2 numba", False),
        ("w2", "vectorbt", "w12_vbt.py w2", True),
        ("w2", "bt", "w12_bt.py w2", True),
        ("w2", "cvxportfolio", "w12_cvx.py w2", True),
        ("w2", "backtrader", "w12_backtrader.py w2", True),
        ("w3", "numba", "w3.py numba1", False),
        ("w3", "numba", "w3.py numba2", False),
        ("w3", "numpy", "w3.py numpy", True),
        ("w3", "vectorbt", "w3.py vbt", True),
        ("w3", "bt", "w3.py bt", True),
        ("w4", "numba", "w4.py numba1", False),
        ("w4", "numba", "w4.py numba2", False),
        ("w4", "numpy", "w4.py numpy", True),
        ("w4", "empyrical", "w4.py empyrical2d", True),
        ("w4", "empyrical", "w4.py empyrical", True),
        ("w4", "quantstats", "w4.py quantstats", True)]
JOBS += [("w5", peer, f"w5.py {size} {peer}", size == "large")
         for size in ("small", "large") for peer in ("numba", "scipy", "cvxpy", "skfolio", "riskfolio", "pypfopt", "ffn")]
JOBS += [("w6", "numba", "w6.py numba1", False),
         ("w6", "numba", "w6.py numba2", False),
         ("w6", "bidask", "w6.py bidask", False),
         ("w6", "bidask", "w6.py bidask-rolling", True)]
ONCE = [("numpy", "w12_baseline.py w1 numpy"), ("numba", "w12_baseline.py w1 numba"), ("vectorbt", "w12_vbt.py w1"), ("bt", "w12_bt.py w1"),
        ("cvxportfolio", "w12_cvx.py w1"), ("backtrader", "w12_backtrader.py w1")]
SLOW = {"vectorbt", "bt", "cvxportfolio", "backtrader", "quantstats"}
PACKAGES = ("numpy", "numba", "scipy", "cvxpy", "clarabel", "highspy", "osqp", "skfolio", "riskfolio-lib", "pyportfolioopt", "ffn", "bidask",
            "empyrical-reloaded", "bt", "vectorbt", "backtrader", "cvxportfolio", "quantstats")
# A goal: what is measured, ours, theirs ("best" of all that agree), which time, the most that ours over theirs may be.
GOALS = [("W1 monthly, 30 × 540, drift band, 10 bp", "w1", "allweather", "numba (exact)", "cpu_s", 1.0),
         ("W1, full record", "w1", "allweather, full record", "numba (exact)", "cpu_s", 4.0),
         ("W2 daily, 30 × 11 000, calendar", "w2", "allweather", "numba (exact)", "cpu_s", 1.0),
         ("W3 10 000 drawn paths, 12 × 540, one thread", "w3", "allweather, one thread", "numba1 (exact)", "cpu_s", 0.55),
         ("W3 two threads, wall, over one", "w3", "allweather, two threads", "allweather, one thread", "min_s", 1 / 1.9),
         ("W4 seven measures, 10 000 × 540", "w4", "allweather", "numba1 (path-major)", "cpu_s", 0.3),
         ("W5 CVaR, 30 × 540", "w5-cvar-small", "allweather", "best", "cpu_s", 0.2),
         ("W5 semideviation, 30 × 540", "w5-semi-small", "allweather", "best", "cpu_s", 0.2),
         ("W5 equal risk, 30, covariance given", "w5-erc-small", "allweather (covariance given)", "numba CCD 1e-12 (covariance given)", "cpu_s", 1.0),
         ("W5 equal risk, 30, from returns", "w5-erc-small", "allweather", "best", "cpu_s", None),
         ("W5 CVaR, 100 × 2 000", "w5-cvar-large", "allweather", "best", "cpu_s", 0.3),
         ("W5 semideviation, 100 × 2 000", "w5-semi-large", "allweather", "best", "cpu_s", 0.4),
         ("W5 equal risk, 100, from returns", "w5-erc-large", "allweather", "best", "cpu_s", None),
         ("W6 EDGE, 100 × 2 520, whole span", "w6-full", "allweather", "numba1", "cpu_s", 1.0),
         ("W6 rolling 21 days", "w6-rolling", "allweather", "numba1 (window by window)", "cpu_s", 0.5)]
# The figure that tells whether two answers are the same.
FIGURE = {"w1": "final", "w2": "final", "w3": "mean_final", "w4": "mean_vol", "w5-cvar": "cvar", "w5-semi": "semim", "w5-erc": "w0", "w6": "mean"}
# Threads of a linear algebra library that wait for work count as CPU time; on these sizes one thread is its best.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
# Furthest that the answer of a peer may be from ours to count as the best.
AGREES = 1e-4


def arguments():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("scripts", type=pathlib.Path)
    a.add_argument("--python", help="the interpreter that has the peers; default: ../venv/bin/python beside the scripts, else this one")
    a.add_argument("--peers", default="quick", help="quick (default), all, none, or names with commas: " + ", ".join(sorted({j[1] for j in JOBS})))
    a.add_argument("--workloads", default="w1,w2,w3,w4,w5,w6")
    a.add_argument("--rounds", type=int, default=3)
    a.add_argument("--keep", type=pathlib.Path, help="add every line to this file")
    a.add_argument("--add", type=pathlib.Path, help="lines that an earlier run kept: peers that this one does not run are taken from there")
    return a.parse_args()


def built():
    """Ours, built: the path of the binary."""
    cargo = ["cargo", "build", "--release", "-p", "benches", "--bin", "beside_peers", "--message-format", "json"]
    out = subprocess.run(cargo, cwd=HERE, check=True, stdout=subprocess.PIPE, text=True).stdout
    found = [json.loads(line).get("executable") for line in out.splitlines() if '"executable"' in line]
    return next(path for path in found if path)


# What ended in an error, and so stands in no table.
FAILED = []


def lines_of(command, **environment):
    """The JSON lines that a process of its own prints."""
    began = time.time()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **ONE_THREAD, **environment})
    print(f"{time.strftime('%T')} {time.time() - began:6.1f} s  {' '.join(command[-3:])}", file=sys.stderr, flush=True)
    if done.returncode:
        FAILED.append(" ".join(command[1:])[-60:])
        print(done.stderr[-800:], file=sys.stderr)
        if "beside_peers" in command[0]:
            sys.exit("ours does not agree: no time counts")
    found = []
    for line in done.stdout.splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return [line for line in found if "cpu_s" in line]


def whole_process(command, times=5):
    """The least wall time, the least CPU time and the most memory of one run from file to figure."""
    wall, cpu, memory = [], [], []
    for _ in range(times):
        began = time.perf_counter()
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, "ONCE": "1"}, text=True)
        printed = child.stdout.read()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = status
        if status:
            return None
        wall.append(time.perf_counter() - began)
        cpu.append(used.ru_utime + used.ru_stime)
        # The system's figure counts this program as well, up to the moment the child becomes itself; ours tells its own.
        own = next((json.loads(line).get("peak_rss_mb") for line in printed.splitlines() if line.startswith("{")), None)
        memory.append(own or used.ru_maxrss / 1024)
    return dict(wall=min(wall), cpu=min(cpu), memory=max(memory))


def figure(line):
    name = next((name for start, name in FIGURE.items() if line["workload"].startswith(start)), None)
    value = line.get("result", {}).get(name)
    return value if isinstance(value, float) else None


def off(line, ours):
    """How far the answer is from ours, relatively; a peer that ran a part of the paths cannot be compared."""
    a, b = figure(line), figure(ours)
    return abs(a / b - 1) if a and b and "extrapolated_x" not in line else None


def duration(x):
    if x is None:
        return ""
    return f"{x * 1e6:.3g} µs" if x < 1e-3 else f"{x * 1e3:.3g} ms" if x < 1 else f"{x:.3g} s" if x < 1000 else f"{x:.0f} s"


def machine(python):
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    rust = subprocess.run(["rustc", "--version"], stdout=subprocess.PIPE, text=True).stdout.split()[1]
    code = "import importlib.metadata as m,sys;print('Python',sys.version.split()[0]);[print(p,m.version(p)) for p in sys.argv[1:]]"
    versions = subprocess.run([python, "-c", code, *PACKAGES], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout.split("\n")
    print(f"{cpu}, {os.cpu_count()} cores; {os.uname().sysname}; Rust {rust}; {', '.join(v for v in versions if v)}. {time.strftime('%Y-%m-%d')}.\n")


def goals(best):
    print("| workload | ours | beside | theirs | ours / theirs | goal |\n| --- | --- | --- | --- | --- | --- |")
    for name, workload, ours, theirs, time_of, goal in GOALS:
        a = best.get((workload, ours))
        if a is None:
            continue
        if theirs == "best":
            peers = [l for (w, p), l in best.items() if w == workload and not p.startswith("allweather") and "covariance given" not in p]
            b = min((l for l in peers if (off(l, a) or 0) <= AGREES and off(l, a) is not None), key=lambda l: l[time_of], default=None)
        else:
            b = best.get((workload, theirs))
        if b is None:
            continue
        ratio = a[time_of] / b[time_of]
        verdict = "" if goal is None else f"≤ {goal:.2g}" + ("" if ratio <= goal else ", missed")
        print(f"| {name} | {duration(a[time_of])} | {b['peer']} | {duration(b[time_of])} | {ratio:.2f} | {verdict} |")


def everything(best):
    print("\n| workload | who | CPU, median | wall, least | times ours | memory of the process | answer beside ours |\n| --- | --- | --- | --- | --- | --- | --- |")
    for (workload, peer), line in sorted(best.items(), key=lambda kv: (kv[0][0], kv[1]["cpu_s"])):
        ours = next((best[k] for k in ((workload, "allweather"), (workload, "allweather, one thread")) if k in best), None)
        if ours is None:
            continue
        if "covariance given" in peer:
            ours = best[(workload, "allweather (covariance given)")]
        apart = off(line, ours)
        apart = ("a part of the paths, scaled" if "extrapolated_x" in line else "other figures") if apart is None else "the same" if apart < 1e-9 else f"off by {apart:.0e}"
        earlier = ", taken earlier" if line.get("earlier") else ""
        print(f"| {workload} | {peer}{earlier} | {duration(line['cpu_s'])} | {duration(line['min_s'])} | {line['cpu_s'] / ours['cpu_s']:.3g} | {line['peak_rss_mb']:.0f} MB | {apart} |")


def main():
    a = arguments()
    beside = a.scripts / "../venv/bin/python"
    python = a.python or (str(beside) if beside.exists() else sys.executable)
    data = str(a.scripts / "../data")
    known = {job[1] for job in JOBS}
    peers = {"quick": known - SLOW, "all": known, "none": set()}.get(a.peers) or set(a.peers.split(",")) - {"none"}
    if peers - known:
        sys.exit(f"unknown: {', '.join(sorted(peers - known))}")
    ours, best = built(), {}

    def take(lines, **more):
        for line in lines:
            key, line = (line["workload"], line["peer"]), {**line, **more}
            if key not in best or best[key].get("earlier") or line["cpu_s"] < best[key]["cpu_s"]:
                before = best.get(key, line)
                best[key] = line if before.get("earlier") else {**line, "min_s": min(line["min_s"], before["min_s"])}
        if a.keep and not more:
            with a.keep.open("a") as file:
                file.writelines(json.dumps(line) + "\n" for line in lines)

    earlier = [json.loads(line) for line in a.add.open()] if a.add else []
    take([line for line in earlier if "workload" in line], earlier=True)
    whole = {line["once"]: {**line, "once": line["once"] + ", taken earlier"} for line in earlier if "once" in line}
    for round_ in range(a.rounds):
        for workload in a.workloads.split(","):
            take(lines_of([ours, data, workload]))
            for of, peer, script, once in JOBS:
                if of == workload and peer in peers and not (once and round_):
                    name, *rest = script.split()
                    large = {"N_RUNS": "3"} if "large" in rest else {}
                    take(lines_of([python, str(a.scripts / name), *rest], **large))
    machine(python)
    goals(best)
    print("\nW1 from file to figure, the whole process, the least of five:\n\n| who | wall | CPU | memory |\n| --- | --- | --- | --- |")
    for who, command in [("allweather", [ours, data, "--once"])] + [
            (peer, [python, str(a.scripts / s.split()[0]), *s.split()[1:]]) for peer, s in ONCE if peer in peers]:
        if used := whole_process(command):
            whole[who] = {"once": who, **used}
            if a.keep:
                with a.keep.open("a") as file:
                    file.write(json.dumps(whole[who]) + "\n")
    for used in sorted(whole.values(), key=lambda used: used["cpu"]):
        print(f"| {used['once']} | {duration(used['wall'])} | {duration(used['cpu'])} | {used['memory']:.1f} MB |")
    everything(best)
    if FAILED:
        print(f"\nEnded in an error, and so not in the tables: {'; '.join(FAILED)}.")


main()
