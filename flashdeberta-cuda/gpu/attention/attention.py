"""Checks and times the tensor-core attention kernels without Java, against float64 and beside PyTorch's plain attention.

    python3 attention.py check     errors, and whether a second run gives the same numbers
    python3 attention.py time      ms, by CUDA-graph replay

Needs a Hopper GPU, nvcc 13 and PyTorch with CUDA. What the host prepares is written here once more, on purpose apart from the Java.
"""
import bisect
import ctypes
import math
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

SOURCES = Path(__file__).parents[2] / "src/main/resources/io/flashdeberta/cuda"
BUILD = Path(tempfile.mkdtemp())
NEAR_SHARED, FAR_SHARED = 115104, 211152
NEAR, FAR = 128, 192  # query rows of a unit


def nvcc(*options):
    subprocess.run(["nvcc", *map(str, options)], check=True)


nvcc("-shared", "-Xcompiler", "-fPIC", "-o", BUILD / "liblaunch.so", Path(__file__).with_name("launch.cu"))
lib = ctypes.CDLL(str(BUILD / "liblaunch.so"))
lib.load.restype = ctypes.c_void_p
SMS = torch.cuda.get_device_properties(0).multi_processor_count
fns = {}


def kernel(name, shared, architecture, **definitions):
    key = f"{name}-" + "-".join(f"{k}{v}" for k, v in definitions.items())
    if key not in fns:
        cubin = BUILD / f"{key}.cubin"
        nvcc("-diag-suppress=177", "-std=c++17", f"-arch={architecture}", "-cubin", "-o", cubin, *(f"-D{k}={v}" for k, v in definitions.items()), SOURCES / name)
        fns[key] = lib.load(str(cubin).encode(), shared)
    return ctypes.c_void_p(fns[key])


class Buckets:
    def __init__(s, buckets, maxrel):
        s.b, s.m = buckets, maxrel
        s.span = buckets if buckets > 0 else maxrel
        s.rows = 2 * s.span
        s.last = next(r for r in range(1, 100000) if s.row(r) == s.rows - 1)
        s.first = -next(r for r in range(1, 100000) if s.row(-r) == 0)
    def row(s, r):
        if s.b > 0:
            mid = s.b // 2
            if abs(r) <= mid: v = r
            else: v = int(math.copysign(1, r)) * (math.ceil(math.log(abs(r) / mid) / math.log((s.m - 1) / mid) * (mid - 1)) + mid)
        else: v = r
        return max(0, min(s.rows - 1, v + s.span))

class Layer:
    def __init__(s, bk, heads, D, kr, qr, dtype):
        s.bk, s.heads, s.D = bk, heads, D
        reach = 64 + (max(bk.last, -bk.first) + 63) // 64 * 64
        s.blocks = 2 * reach // 64
        # rows by the distance, blocks of 64; in a block of KR row p is column 8 * c + 2 * (p // 2 % 4) + p // 32, c = 2 * (p // 8 % 4) + p % 2
        columns = [8 * (2 * (p // 8 % 4) + p % 2) + 2 * (p // 2 % 4) + p // 32 for p in range(64)]
        falling = [bk.row(reach - 64 * (i // 64) - columns[i % 64]) for i in range(2 * reach)]
        rising = [bk.row(i - reach) for i in range(2 * reach)]
        def table(x, rows):
            if x is None: return None
            t = torch.zeros(heads, len(rows), 64, dtype=dtype, device="cuda")
            t[:, :, :D] = x.view(bk.rows, heads, D).permute(1, 0, 2)[:, rows]
            t = t.view(heads, len(rows), 8, 8)
            idx = torch.arange(8, device="cuda")[None] ^ (torch.arange(len(rows), device="cuda")[:, None] & 7)
            # piece p of row r is stored at p ^ (r & 7)
            return torch.gather(t, 2, idx[None, :, :, None].expand(heads, len(rows), 8, 8)).contiguous()
        s.kt, s.qt = table(kr, falling), table(qr, rising)
        least = min((190 - bk.first) // 64 * 64, (63 + bk.last + 127) // 128 * 128) + 1
        s.shortest_far = 7 * least // 4
        s.center = max(bk.last, -bk.first) + 256
        rows0 = [bk.row(r) for r in range(-s.center - 1, s.center)]
        s.dist0 = torch.tensor([rows0[i + 1] | rows0[i] << 16 for i in range(2 * s.center)], dtype=torch.int32, device='cuda')
        byHeads = lambda x: None if x is None else x.view(bk.rows, heads, D).permute(1, 0, 2).contiguous()
        s.kr, s.qr = byHeads(kr), byHeads(qr)

def near_range(layer, query, L):
    """The near tiles of the unit of 128 queries that query is in."""
    T, u = (L + 63) // 64, query & ~127
    if L < layer.shortest_far: return 0, T
    left = 0 if u - 63 - layer.bk.last < 0 else min(T, (u - 63 - layer.bk.last) // 64 + 1)
    return left, min(T, (u + 190 - layer.bk.first) // 64)

def divide(tiles, blocks, times, split):
    """Divides the units, of so many tiles, among blocks. times: to begin a unit; of a tile; to pass on a part of a unit.
    Gives the blocks' shares, how many parts are passed on, and the longest time of a block."""
    start, tile_time, pass_on = times
    before = [0]
    for n in tiles: before.append(before[-1] + (start + tile_time * n if n else 0))
    def cut(time):
        """Unit and tile nearest to a time."""
        u = min(max(0, bisect.bisect_right(before, time) - 1), len(tiles) - 1)
        rest, n = time - before[u], tiles[u]
        t = max(0, (rest - start + tile_time // 2) // tile_time) if split else n if n and 2 * rest > start + tile_time * n else 0
        return (u + 1, 0) if t and t >= n else (u, t)
    def time(c): return before[c[0]] + (start + tile_time * c[1] if c[1] else 0)
    shares, slot, handed, longest, a = [], 0, 0, 0, cut(0)
    for b in range(blocks):
        e = cut(before[-1] * (b + 1) // blocks)
        number = sum(tiles[a[0]:e[0]]) + e[1] - a[1]
        unit, end = e if e[1] else (max(0, e[0] - 1), tiles[max(0, e[0] - 1)])
        merges = handed if number and e[0] > a[0] else 0
        if merges: handed = 0
        shares.append([number, unit, end, slot, merges, 0, 0, 0])
        passes = number and e[1] > 0
        if number: longest = max(longest, time(e) - time(a) + (start if a[1] else 0) + pass_on * (merges + passes))
        if passes: slot, handed = slot + 1, handed + 1
        a = e
    return shares, slot, longest

def best(tiles, blocks, times, hundredths):
    whole, split = (divide(tiles, blocks, times, s) for s in (False, True))
    return split if 100 * split[2] < hundredths * whole[2] else whole

def far_tiles(layer, query, L, positions=True):
    left, end = 0, 0
    if positions:
        left = near_range(layer, min(query + 128, (L - 1) // 64 * 64), L)[0]
        end = near_range(layer, query, L)[1]
    return (left + 1) // 2 + max(0, L - 64 * end + 127) // 128

def work_of(lengths, rows, counts=lambda L, q: True):
    """Units of so many rows, those of long sequences first."""
    items, start = [], 0
    for L in lengths:
        items += [(L, start, q) for q in range(0, L, rows) if counts(L, q)]
        start += L
    return sorted(items, key=lambda t: -t[0])

def ints(x): return torch.tensor(x, dtype=torch.int32, device="cuda")
def on_gpu(items): return ints([[start, L, q, 0] for L, start, q in items])

def near_work(layer, lengths):
    items = work_of(lengths, NEAR)
    tiles = [end - left for left, end in (near_range(layer, q, L) for L, _, q in items)]
    blocks = min(2 * SMS, 4 * layer.heads * len(items))
    shares, slots, _ = best(tiles * layer.heads, blocks, (2, 5, 2), 100)
    return (on_gpu(items), ints([len(items)]), ints(shares)), blocks, 8 * slots

def far_work(layer, lengths, positions):
    items = work_of(lengths, FAR, lambda L, q: any(far_tiles(layer, query, L, positions) for query in range(0, L, FAR)))
    if not items: return None, 0, 0
    blocks = min(SMS, 4 * layer.heads * len(items))
    shares, slots, _ = best([far_tiles(layer, q, L, positions) for L, _, q in items] * layer.heads, blocks, (3, 1, 1), 92)
    return (on_gpu(items), ints([len(items)]), ints(shares)), blocks, 12 * slots

class Work:
    def __init__(s, lengths, layer, positions):
        s.near, s.near_blocks, near_parts = near_work(layer, lengths)
        s.far, s.far_blocks, far_parts = far_work(layer, lengths, positions)
        s.flags = torch.zeros(max(1, near_parts, far_parts), dtype=torch.int32, device="cuda")
        s.parts = torch.full((s.flags.shape[0], 9 * 32 * 4), float("nan"), device="cuda")
        s.small = on_gpu(work_of(lengths, NEAR))
        s.small_count = ints([s.small.shape[0]])
        s.logarithms = torch.full((sum(lengths) * layer.heads,), float("nan"), device="cuda")

def address(t): return ctypes.c_void_p(t.data_ptr() if t is not None else 0)
def stream(): return ctypes.c_void_p(torch.cuda.current_stream().cuda_stream)

def run_near(layer, qkv, out, wk, scale, bf16, c2p, p2c):
    f = kernel("attention_hopper_near.cu", NEAR_SHARED, "sm_90a", BF16=bf16, CONTENT_TO_POSITION=c2p, POSITION_TO_CONTENT=p2c)
    r = lib.launch_near(f, wk.near_blocks, NEAR_SHARED, stream(), bf16, address(qkv), qkv.shape[0], address(out), address(layer.kt), address(layer.qt), layer.blocks,
        layer.bk.first, layer.bk.last, layer.shortest_far, *map(address, wk.near), address(wk.parts), address(wk.flags), address(wk.logarithms), layer.heads, layer.D, ctypes.c_float(scale * math.log2(math.e)))
    assert r == 0, r

def run_far(layer, qkv, out, wk, scale, bf16, c2p, p2c):
    if wk.far is None: return
    f = kernel("attention_hopper_far.cu", FAR_SHARED, "sm_90a", BF16=bf16, CONTENT_TO_POSITION=c2p, POSITION_TO_CONTENT=p2c)
    r = lib.launch_far(f, wk.far_blocks, FAR_SHARED, stream(), bf16, address(qkv), qkv.shape[0], address(out), address(wk.logarithms), address(layer.kt), address(layer.qt), 64 * layer.blocks,
        layer.bk.first, layer.bk.last, *map(address, wk.far), address(wk.parts), address(wk.flags), layer.heads, layer.D, ctypes.c_float(scale * math.log2(math.e)))
    assert r == 0, r

def run(layer, qkv, out, wk, scale, bf16, c2p, p2c):
    if c2p or p2c: run_near(layer, qkv, out, wk, scale, bf16, c2p, p2c)
    run_far(layer, qkv, out, wk, scale, bf16, c2p, p2c)

def run_mma(layer, qkv, out, wk, scale, bf16, c2p, p2c):
    w, n = wk.small, wk.small_count
    head = 64 if layer.D <= 64 else 128
    shared = (3 * 64 * (head + 8) + 2 * 64 * 72) * 2
    function = kernel("attention_mma.cu", shared, "sm_90", BF16=bf16, HEAD_SIZE=head, CONTENT_TO_POSITION=c2p, POSITION_TO_CONTENT=p2c)
    r = lib.launch_mma(function, 2 * w.shape[0], layer.heads, shared, stream(),
        address(qkv), address(out), address(layer.kr), address(layer.qr), layer.bk.rows, address(layer.dist0), layer.center, layer.bk.first, layer.bk.last, address(w), address(n), layer.heads, layer.D, ctypes.c_float(scale * math.log2(math.e)))
    assert r == 0, r

def reference(lengths, qkv, kr, qr, bk, heads, D, scale):
    out = torch.zeros(qkv.shape[0], heads * D, dtype=torch.float64, device="cuda")
    s0 = 0
    x = qkv.double()
    for L in lengths:
        q, k, v = [x[s0:s0 + L, i * heads * D:(i + 1) * heads * D].view(L, heads, D).transpose(0, 1) for i in range(3)]
        lut = torch.tensor([bk.row(r) for r in range(-(L - 1), L)], device="cuda")
        idx = lut[torch.arange(L, device="cuda")[:, None] - torch.arange(L, device="cuda")[None] + L - 1]
        for h in range(heads):
            s = q[h] @ k[h].T
            if kr is not None:
                s += torch.gather(q[h] @ kr.double()[:, h * D:(h + 1) * D].T, 1, idx)
            if qr is not None:
                s += torch.gather(k[h] @ qr.double()[:, h * D:(h + 1) * D].T, 1, idx.T).T
            out[s0:s0 + L, h * D:(h + 1) * D] = torch.softmax(s * scale, -1) @ v[h]
        s0 += L
    return out

def case(lengths, heads, D, bk, bf16=0, c2p=1, p2c=1, seed=0, gain=1, run=None):
    run = run or globals()['run']
    torch.manual_seed(seed)
    dtype = torch.bfloat16 if bf16 else torch.float16
    T = sum(lengths)
    qkv = torch.randn(T, 3 * heads * D, device="cuda")
    qkv[:, :2 * heads * D] *= gain
    qkv[::97, heads * D:2 * heads * D] *= gain
    qkv = qkv.to(dtype)
    kr = torch.randn(bk.rows, heads * D, device="cuda").to(dtype) if c2p else None
    qr = torch.randn(bk.rows, heads * D, device="cuda").to(dtype) if p2c else None
    layer = Layer(bk, heads, D, kr, qr, dtype)
    out = torch.full((T, heads * D), float("nan"), dtype=dtype, device="cuda")
    scale = 1 / math.sqrt(D * (1 + c2p + p2c))
    wk = Work(lengths, layer, c2p or p2c)
    run(layer, qkv, out, wk, scale, bf16, c2p, p2c)
    torch.cuda.synchronize()
    ref = reference(lengths, qkv, kr, qr, bk, heads, D, scale)
    err = ((out.double() - ref).norm() / ref.norm()).item()
    worst = ((out.double() - ref).abs().max()).item()
    clean = not wk.flags.any().item()
    wk.parts.fill_(float("nan"))
    out2 = torch.full_like(out, float("nan"))
    run(layer, qkv, out2, wk, scale, bf16, c2p, p2c)
    torch.cuda.synchronize()
    same = clean and torch.equal(out, out2)
    return err, worst, same

def bench(B, L, heads=12, D=64, c2p=1, p2c=1, lengths=None, run=None):
    run = run or globals()['run']
    bk = Buckets(256, 512)
    lengths = lengths or [L] * B
    T = sum(lengths)
    qkv = torch.randn(T, 3 * heads * D, device="cuda").half()
    kr = torch.randn(bk.rows, heads * D, device="cuda").half(); qr = torch.randn(bk.rows, heads * D, device="cuda").half()
    layer = Layer(bk, heads, D, kr if c2p else None, qr if p2c else None, torch.float16)
    out = torch.empty(T, heads * D, dtype=torch.float16, device="cuda")
    wk = Work(lengths, layer, c2p or p2c)
    wk.logarithms.zero_()
    scale = 1 / math.sqrt(D * (1 + c2p + p2c))
    f = lambda: run(layer, qkv, out, wk, scale, 0, c2p, p2c)
    return timed(f)

def timed(f):
    for _ in range(3): f()
    torch.cuda.synchronize()
    a, b = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    a.record(); f(); b.record(); torch.cuda.synchronize()
    one = a.elapsed_time(b)
    n = max(3, min(50, int(20 / max(one, 1e-3))))
    g = torch.cuda.CUDAGraph()
    with torch.cuda.graph(g):
        for _ in range(n): f()
    g.replay(); torch.cuda.synchronize()
    ts = []
    for _ in range(7):
        a.record(); g.replay(); b.record(); torch.cuda.synchronize()
        ts.append(a.elapsed_time(b) / n)
    return sorted(ts)[len(ts) // 2]

def sdpa(B, L, backend, heads=12, D=64):
    q = torch.randn(B, heads, L, D, device="cuda").half(); k = torch.randn_like(q); v = torch.randn_like(q)
    def f():
        with sdpa_kernel([getattr(SDPBackend, backend)]):
            torch.nn.functional.scaled_dot_product_attention(q, k, v)
    return timed(f)

def correctness():
    bad = 0
    v3 = Buckets(256, 512)
    cases = [(f"L={L}", dict(lengths=[L], heads=2, D=64, bk=v3)) for L in (1, 2, 13, 63, 64, 65, 127, 128, 129, 191, 193, 255, 257, 511, 512, 513, 575, 577, 639, 641, 705, 769, 1023, 1025, 1281, 2049, 3001)]
    cases += [("packed", dict(lengths=[70, 1, 300, 2, 129, 640, 64, 1100], heads=3, D=64, bk=v3))]
    for c, p in ((1, 0), (0, 1), (0, 0)): cases.append((f"c2p={c} p2c={p}", dict(lengths=[700, 33, 1300], heads=2, D=64, bk=v3, c2p=c, p2c=p)))
    for b, m in ((64, 512), (32, 64), (-1, 24), (-1, 100), (256, 1024), (128, 1024), (8, 32), (-1, 256), (-1, 900), (128, 4096)): cases.append((f"buckets {b},{m}", dict(lengths=[700, 5, 1300], heads=2, D=64, bk=Buckets(b, m))))
    for D in (8, 16, 32, 40, 56): cases.append((f"D={D}", dict(lengths=[700, 5, 200], heads=3, D=D, bk=v3)))
    for L in (65, 513, 1300): cases.append((f"bf16 {L}", dict(lengths=[L, 7], heads=2, D=64, bk=v3, bf16=1)))
    for gain in (2, 4):  # weights outgrow the reference
        for c, p in ((1, 1), (0, 0)): cases.append((f"gain {gain} {c}", dict(lengths=[3001, 700], heads=2, D=64, bk=v3, gain=gain, c2p=c, p2c=p)))
    for heads, D in ((5, 16), (16, 64)): cases.append((f"{heads} heads", dict(lengths=[1300, 40, 2758], heads=heads, D=D, bk=v3)))  # blocks with several heads
    cases.append(("many", dict(lengths=[17 * (i % 29) + 1 for i in range(64)], heads=12, D=64, bk=v3)))
    for name, kw in cases:
        err, worst, same = case(**kw)
        ok = err < (1.5e-2 if kw.get("bf16") else 2e-3) and same
        bad += not ok
        print(f"{'ok ' if ok else 'BAD'} {name:18} err {err:.2e} worst {worst:.2e} same {same}", flush=True)
    for name, kw in [("mma " + n, k) for n, k in cases if k['D'] in (64, 32, 40)] + [("mma wide", dict(lengths=[700, 5, 900], heads=2, D=64, bk=Buckets(256, 200)))]:
        err, worst, same = case(run=run_mma, **kw)
        ok = err < (1.5e-2 if kw.get("bf16") else 2e-3) and same
        bad += not ok
        print(f"{'ok ' if ok else 'BAD'} {name:18} err {err:.2e} worst {worst:.2e} same {same}", flush=True)
    print("bad:", bad, flush=True)
    return bad

def timing():
    for B, L in ((4, 2048), (2, 4096), (1, 16384)): print(f"near {B}x{L}: {bench(B, L, run=run_near):.4f}  far {bench(B, L, run=run_far):.4f}", flush=True)
    for B, L in ((1, 128), (32, 128), (1, 512), (16, 512), (8, 1024), (4, 2048), (2, 4096), (1, 8192), (1, 16384), (1, 32768)):
        print(f"{B}x{L}: {bench(B, L):.4f}  none {bench(B, L, c2p=0, p2c=0):.4f}  flash {sdpa(B, L, 'FLASH_ATTENTION'):.4f} cudnn {sdpa(B, L, 'CUDNN_ATTENTION'):.4f}", flush=True)
    for B, L in ((16, 512), (2, 4096)):
        print(f"mma {B}x{L}: {bench(B, L, run=run_mma):.4f}")
    lens = [128 * (1 + (i * 7) % 16) for i in range(16)]
    print("packed", sum(lens), f"{bench(0, 0, lengths=lens):.4f}")

if __name__ == "__main__":
    print(torch.cuda.get_device_name(0))
    sys.exit(correctness() if sys.argv[1] == "check" else timing())
