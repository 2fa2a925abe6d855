# mistake: the forward swaps the head and sequence axes before it folds (B, H) into one axis | fails: heads_and_batches_stay_apart | misconception: none
import numpy as np


def fold(x):
    B, H, N, D = x.shape
    return x.transpose(0, 2, 1, 3).reshape(B * H, N, D)


def unfold(x, B, H):
    _, N, D = x.shape
    return x.reshape(B, N, H, D).transpose(0, 2, 1, 3)


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    q, k, v = fold(Q), fold(K), fold(V)
    o = np.zeros((B * H, N, D), Q.dtype)
    lse = np.zeros((B * H, N, 1))
    for i in range(0, N, tile_size):
        i1 = min(i + tile_size, N)
        m = np.full((B * H, i1 - i, 1), -np.inf)
        l = np.zeros((B * H, i1 - i, 1))
        acc = np.zeros((B * H, i1 - i, D))
        for j in range(0, i1 if causal else N, tile_size):
            j1 = min(j + tile_size, N)
            s = q[:, i:i1] @ k[:, j:j1].transpose(0, 2, 1) / np.sqrt(D)
            if causal and j == i:
                s = np.where(np.tri(i1 - i, dtype=bool), s, -np.inf)
            m_new = np.maximum(m, s.max(2, keepdims=True))
            p = np.exp(s - m_new)
            c = np.exp(m - m_new)
            l, acc, m = l * c + p.sum(2, keepdims=True), acc * c + p @ v[:, j:j1], m_new
        o[:, i:i1] = acc / l
        lse[:, i:i1] = m + np.log(l)
    O = np.ascontiguousarray(unfold(o, B, H))
    L = unfold(lse, B, H)[..., 0].copy()
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in "QKVOL")
    N, D = Q.shape[2:]
    dQ, dK, dV = (np.zeros(Q.shape, Q.dtype) for _ in range(3))
    for i in range(0, N, tile_size):
        i1 = min(i + tile_size, N)
        q, do = Q[:, :, i:i1], dO[:, :, i:i1]
        delta = (do * O[:, :, i:i1]).sum(3, keepdims=True)
        for j in range(0, i1 if causal else N, tile_size):
            j1 = min(j + tile_size, N)
            p = np.exp(q @ K[:, :, j:j1].swapaxes(2, 3) / np.sqrt(D) - L[:, :, i:i1, None])
            if causal and j == i:
                p = np.tril(p)
            ds = p * (do @ V[:, :, j:j1].swapaxes(2, 3) - delta) / np.sqrt(D)
            dQ[:, :, i:i1] += ds @ K[:, :, j:j1]
            dK[:, :, j:j1] += ds.swapaxes(2, 3) @ q
            dV[:, :, j:j1] += p.swapaxes(2, 3) @ do
    return dQ, dK, dV
