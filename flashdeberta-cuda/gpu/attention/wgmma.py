"""Writes wgmma.cuh, a function for each kind of asynchronous product:  python3 wgmma.py > wgmma.cuh

n columns; sums in fp32 or fp16; a in registers ("r") or described in shared memory ("s"); b by columns of the product or, transposed,
by rows of the shared dimension.
"""


def regs(count, first=0):
    return ", ".join(f"%{i}" for i in range(first, first + count))


out = ['''// Asynchronous products of a warpgroup, d[64, n] (+)= a[64, 16] . b[16, n]: scores and position terms take b by rows along the head,
// context takes it by keys. a is in registers or, like b, described in shared memory. Written by gpu/attention/wgmma.py.
#pragma once
''']


def emit(name, n, sums, a, types, transposed):
    count = n // 4 if sums == "f16" else n // 2
    constraint, number = ('"+r"', "unsigned") if sums == "f16" else ('"+f"', "float")
    if a == "r":
        operand, next_operand = "{" + regs(4, count) + "}", count + 4
        argument, inputs = "const unsigned *a", '"r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3])'
        flags = f", {transposed}"
    else:
        operand, next_operand = f"%{count}", count + 1
        argument, inputs = "unsigned long long a", '"l"(a)'
        flags = f", 0, {transposed}"
    b, accumulate = f"%{next_operand}", f"%{next_operand + 1}"
    outputs = ", ".join(f"{constraint}(d[{i}])" for i in range(count))
    out.append(f"""__device__ __forceinline__ void {name}({number} (&d)[{count}], {argument}, unsigned long long b, int accumulate) {{
    asm volatile(
        "{{\\n"
        ".reg .pred p;\\n"
        "setp.ne.b32 p, {accumulate}, 0;\\n"
        "wgmma.mma_async.sync.aligned.m64n{n}k16.{types} "
        "{{{regs(count)}}}, {operand}, {b}, p, 1, 1{flags};\\n"
        "}}\\n"
        : {outputs}
        : {inputs}, "l"(b), "r"(accumulate));
}}
""")


for number in ("f16", "bf16"):
    out.append("#if BF16\n" if number == "bf16" else "#if !BF16\n")
    wide = f"f32.{number}.{number}"
    emit("scores", 64, "f32", "r", wide, 0)
    emit("scores", 128, "f32", "s", wide, 0)
    emit("context", 64, "f32", "r", wide, 1)
    for a in ("r", "s"):
        if number == "f16":
            emit("positions", 64, "f16", a, "f16.f16.f16", 0)
        else:
            emit("positions", 32, "f32", a, wide, 0)
    out.append("#endif\n")
print("\n".join(out), end="")
