# style: the loop over key tiles is outside, every row's m, l and accumulator live side by side
import numpy as np


def blocks(n, size, start=0):
    return [slice(a, min(a + size, n)) for a in range(start, n, size)]


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    N, D = Q.shape[-2:]
    scale = D**-0.5
    m = np.full(Q.shape[:-1], -np.inf)
    l = np.zeros(Q.shape[:-1])
    acc = np.zeros(Q.shape)

    for cols in blocks(N, tile_size):
        k_t = K[:, :, cols].swapaxes(2, 3)
        v = V[:, :, cols]
        for rows in blocks(N, tile_size, start=cols.start if causal else 0):
            s = (Q[:, :, rows] @ k_t) * scale
            if causal and rows.start == cols.start:
                hidden = np.triu(np.ones(s.shape[-2:], dtype=bool), k=1)
                s[..., hidden] = -np.inf
            top = np.maximum(m[:, :, rows], s.max(axis=-1))
            shrink = np.exp(m[:, :, rows] - top)
            s -= top[..., None]
            p = np.exp(s)
            l[:, :, rows] = l[:, :, rows] * shrink + p.sum(axis=-1)
            acc[:, :, rows] *= shrink[..., None]
            acc[:, :, rows] += p @ v
            m[:, :, rows] = top

    acc /= l[..., None]
    np.log(l, out=l)
    l += m
    O = acc.astype(Q.dtype, copy=False)
    return O, {"O": O, "L": l, "Q": np.copy(Q), "K": np.copy(K), "V": np.copy(V)}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V = cache["Q"], cache["K"], cache["V"]
    N, D = Q.shape[-2:]
    scale = D**-0.5
    delta = np.einsum("bhnd,bhnd->bhn", dO, cache["O"])
    dQ = np.zeros(Q.shape)
    dK = np.empty(K.shape, dtype=K.dtype)
    dV = np.empty(V.shape, dtype=V.dtype)

    for cols in blocks(N, tile_size):
        k, v = K[:, :, cols], V[:, :, cols]
        dk, dv = np.zeros(k.shape), np.zeros(v.shape)
        for rows in blocks(N, tile_size, start=cols.start if causal else 0):
            q, do = Q[:, :, rows], dO[:, :, rows]
            s = (q @ k.swapaxes(2, 3)) * scale
            if causal and rows.start == cols.start:
                s[..., np.triu(np.ones(s.shape[-2:], dtype=bool), k=1)] = -np.inf
            p = np.exp(s - cache["L"][:, :, rows, None])
            dv += p.swapaxes(2, 3) @ do
            ds = p * (do @ v.swapaxes(2, 3) - delta[:, :, rows, None])
            dk += ds.swapaxes(2, 3) @ q
            dQ[:, :, rows] += (ds @ k) * scale
        dK[:, :, cols] = dk * scale
        dV[:, :, cols] = dv
    return dQ.astype(Q.dtype, copy=False), dK, dV
