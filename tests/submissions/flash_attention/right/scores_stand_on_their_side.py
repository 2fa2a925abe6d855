# style: scores as (keys, queries), exp with where= and out=, ufunc methods
import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    dtype = Q.dtype
    factor = dtype.type(D ** -0.5)
    O, L = np.empty((B, H, N, D), dtype), np.empty((B, H, N), dtype)
    for a in range(0, N, tile_size):
        z = min(a + tile_size, N)
        qT = np.swapaxes(Q[:, :, a:z], 2, 3)
        m = np.full((B, H, 1, z - a), np.finfo(dtype).min / 4, dtype)
        l = np.zeros((B, H, 1, z - a), dtype)
        accT = np.zeros((B, H, D, z - a), dtype)
        for b in range(0, z if causal else N, tile_size):
            y = min(b + tile_size, N)
            s = K[:, :, b:y] @ qT
            np.multiply(s, factor, out=s)
            seen = np.ones((y - b, z - a), dtype=bool)
            if causal:
                seen = np.less_equal.outer(np.arange(b, y), np.arange(a, z))
            seen = np.broadcast_to(seen, s.shape)
            new = np.maximum.reduce(s, axis=2, keepdims=True, where=seen, initial=-np.inf)
            new = np.maximum(m, new)
            # 1. the sums are relative to m: times exp(m - new) <= 1 they are relative to new; the
            #    inverse would blow up what is old. 2. nothing seen: l = 0, m stays the start, and
            #    with -inf the difference m - new would be NaN. Here m is finite.
            decay = np.exp(m - new)
            p = np.exp(s - new, where=seen, out=np.zeros_like(s))
            l = l * decay + np.add.reduce(p, axis=2, keepdims=True)
            accT = accT * decay + np.swapaxes(V[:, :, b:y], 2, 3) @ p
            m = new
        O[:, :, a:z] = np.swapaxes(np.divide(accT, l), 2, 3)
        L[:, :, a:z] = np.log(l)[:, :, 0] + m[:, :, 0]
    return O, {"Q": Q, "K": K, "V": V, "O": O, "L": L}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = map(cache.__getitem__, "QKVOL")
    N, D = Q.shape[2:]
    factor = Q.dtype.type(D ** -0.5)
    grads = [np.zeros(x.shape, x.dtype) for x in (Q, K, V)]
    dQ, dK, dV = grads
    delta = np.einsum("...d,...d->...", dO, O)[:, :, None, :]
    for b in range(0, N, tile_size):
        k, v = K[:, :, b : b + tile_size], V[:, :, b : b + tile_size]
        for a in range(b if causal else 0, N, tile_size):
            here = slice(a, a + tile_size)
            q, do = Q[:, :, here], dO[:, :, here]
            s = k @ np.swapaxes(q, 2, 3)
            s *= factor
            s -= L[:, :, None, here]
            if causal and a == b:
                s[..., np.tri(*s.shape[2:], -1, dtype=bool)] = -np.inf
            p = np.exp(s, out=s)
            dp = v @ np.swapaxes(do, 2, 3)
            dp -= delta[..., here]
            dp *= p
            dp *= factor
            dV[:, :, b : b + tile_size] += p @ do
            dK[:, :, b : b + tile_size] += dp @ q
            dQ[:, :, here] += np.swapaxes(dp, 2, 3) @ k
    return tuple(grads)
