# mistake: two merged halves have the larger of their logsumexps, not the logarithm of the sum of both | fails: output_equals_full_softmax_attention | misconception: none
import numpy as np


def attend(q, K, V, T, tiles, diagonal):
    """(O, L) of the query tile q against the key tiles with these numbers."""
    if len(tiles) == 1:
        (j,) = tiles
        s = q @ K[:, :, j * T : (j + 1) * T].swapaxes(2, 3)
        if j == diagonal:
            s = np.where(np.tril(np.ones(s.shape[2:], bool)), s, -np.inf)
        top = s.max(axis=3, keepdims=True)
        e = np.exp(s - top)
        total = e.sum(axis=3, keepdims=True)
        return e @ V[:, :, j * T : (j + 1) * T] / total, top + np.log(total)
    middle = len(tiles) // 2
    o1, l1 = attend(q, K, V, T, tiles[:middle], diagonal)
    o2, l2 = attend(q, K, V, T, tiles[middle:], diagonal)
    share = 1 / (1 + np.exp(np.clip(l2 - l1, -700, 700)))
    return o1 * share + o2 * (1 - share), np.maximum(l1, l2)


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    N, D = Q.shape[2:]
    T, tiles = tile_size, range(-(-N // tile_size))
    O, L = np.empty(Q.shape, Q.dtype), np.empty(Q.shape[:3], Q.dtype)
    for i in tiles:
        q = Q[:, :, i * T : (i + 1) * T] / D**0.5
        seen = tiles[: i + 1] if causal else tiles
        o, lse = attend(q, K, V, T, seen, i if causal else None)
        O[:, :, i * T : (i + 1) * T], L[:, :, i * T : (i + 1) * T] = o, lse[..., 0]
    return O, {"O": O, "L": L, "Q": Q, "K": K, "V": V}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in "QKVOL")
    N, D = Q.shape[2:]
    T, tiles = tile_size, range(-(-N // tile_size))
    dQ, dK, dV = (np.zeros(Q.shape, Q.dtype) for _ in range(3))
    for i in tiles:
        for j in tiles[: i + 1] if causal else tiles:
            a, b = slice(i * T, (i + 1) * T), slice(j * T, (j + 1) * T)
            q, g, k, v = Q[:, :, a], dO[:, :, a], K[:, :, b], V[:, :, b]
            s = q @ k.swapaxes(2, 3) / D**0.5
            if causal and i == j:
                s = np.where(np.tril(np.ones(s.shape[2:], bool)), s, -np.inf)
            p = np.exp(s - L[:, :, a, None])
            ds = p * (g @ v.swapaxes(2, 3) - (g * O[:, :, a]).sum(3, keepdims=True)) / D**0.5
            dQ[:, :, a] += ds @ k
            dK[:, :, b] += ds.swapaxes(2, 3) @ q
            dV[:, :, b] += p.swapaxes(2, 3) @ g
    return dQ, dK, dV
