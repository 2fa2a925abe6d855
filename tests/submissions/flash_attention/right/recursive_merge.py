# style: recursion, the row of key tiles is halved and the two partial softmaxes are merged
import numpy as np


def partial(q, K, V, first, last, T, causal, q_start):
    """(m, l, acc) of q against the key tiles first <= j < last."""
    if last - first > 1:
        half = (first + last) // 2
        left = partial(q, K, V, first, half, T, causal, q_start)
        right = partial(q, K, V, half, last, T, causal, q_start)
        return merge(left, right)
    k_start = first * T
    s = q @ np.swapaxes(K[:, :, k_start : k_start + T], -1, -2)
    if causal and k_start == q_start:
        s += np.triu(np.full(s.shape[-2:], -np.inf), k=1)
    m = s.max(-1, keepdims=True)
    p = np.exp(s - m)
    return m, p.sum(-1, keepdims=True), p @ V[:, :, k_start : k_start + T]


def merge(a, b):
    m = np.maximum(a[0], b[0])
    wa, wb = np.exp(a[0] - m), np.exp(b[0] - m)
    return m, a[1] * wa + b[1] * wb, a[2] * wa + b[2] * wb


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    n_tiles = -(-N // tile_size)
    O = np.empty((B, H, N, D), Q.dtype)
    L = np.empty((B, H, N), Q.dtype)
    for i in range(n_tiles):
        rows = slice(i * tile_size, (i + 1) * tile_size)
        q = Q[:, :, rows] / np.sqrt(D)
        last = i + 1 if causal else n_tiles
        m, l, acc = partial(q, K, V, 0, last, tile_size, causal, rows.start)
        O[:, :, rows] = acc / l
        L[:, :, rows] = (m + np.log(l))[..., 0]
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def back_through(tiles, rows, ctx):
    """Gradient of the rows from a list of key tiles; dK and dV are added to on the way."""
    if len(tiles) > 1:
        half = len(tiles) // 2
        return back_through(tiles[:half], rows, ctx) + back_through(tiles[half:], rows, ctx)
    q, do, lse, delta, scale = rows["q"], rows["do"], rows["lse"], rows["delta"], ctx["scale"]
    cols = slice(tiles[0] * ctx["T"], (tiles[0] + 1) * ctx["T"])
    k, v = ctx["K"][:, :, cols], ctx["V"][:, :, cols]
    p = np.exp(scale * (q @ np.swapaxes(k, -1, -2)) - lse)
    if ctx["causal"] and cols.start == rows["start"]:
        p = np.tril(p)
    ds = p * (do @ np.swapaxes(v, -1, -2) - delta)
    ctx["dV"][:, :, cols] += np.swapaxes(p, -1, -2) @ do
    ctx["dK"][:, :, cols] += scale * (np.swapaxes(ds, -1, -2) @ q)
    return scale * (ds @ k)


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V = cache["Q"], cache["K"], cache["V"]
    N, D = Q.shape[2:]
    n_tiles = -(-N // tile_size)
    dQ, dK, dV = (np.zeros(Q.shape, Q.dtype) for _ in range(3))
    ctx = {"K": K, "V": V, "dK": dK, "dV": dV, "T": tile_size}
    ctx.update(scale=1 / np.sqrt(D), causal=causal)
    for i in range(n_tiles):
        at = slice(i * tile_size, (i + 1) * tile_size)
        rows = {"q": Q[:, :, at], "do": dO[:, :, at], "start": at.start}
        rows["lse"] = cache["L"][:, :, at, None]
        rows["delta"] = (rows["do"] * cache["O"][:, :, at]).sum(-1, keepdims=True)
        tiles = list(range(i + 1 if causal else n_tiles))
        dQ[:, :, at] = back_through(tiles, rows, ctx)
    return dQ, dK, dV
