# style: exp2 and a base-2 logsumexp inside, natural L in the cache
import numpy as np

LOG2_E = 1.4426950408889634
LN_2 = 0.6931471805599453


def _as_heads(x):
    """(B, H, N, D) -> (B*H, N, D); only ever read from."""
    return x.reshape(-1, *x.shape[2:])


def _mask(s, i, j):
    if j + s.shape[1] > i + 1:
        r = np.arange(i, i + s.shape[0])
        c = np.arange(j, j + s.shape[1])
        s[r[:, None] < c[None, :]] = -np.inf
    return s


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    to_base_2 = LOG2_E / np.sqrt(D)
    O = np.empty((B * H, N, D), Q.dtype)
    L = np.empty((B * H, N))
    kept = {name: np.array(x, order="C") for name, x in (("Q", Q), ("K", K), ("V", V))}

    for o, lse, q_all, k_all, v_all in zip(O, L, *map(_as_heads, kept.values())):
        for i in range(0, N, tile_size):
            q = q_all[i : i + tile_size] * to_base_2
            m2 = np.full((len(q), 1), -np.inf)
            l = np.zeros((len(q), 1))
            acc = np.zeros((len(q), D))
            stop = i + tile_size if causal else N
            for j in range(0, min(stop, N), tile_size):
                s2 = q @ k_all[j : j + tile_size].T
                if causal:
                    s2 = _mask(s2, i, j)
                new = np.maximum(m2, s2.max(1, keepdims=True))
                p = np.exp2(s2 - new)
                c = np.exp2(m2 - new)
                l = c * l + p.sum(1, keepdims=True)
                acc = c * acc + p @ v_all[j : j + tile_size]
                m2 = new
            o[i : i + tile_size] = acc / l
            lse[i : i + tile_size] = LN_2 * (m2 + np.log2(l))[:, 0]

    O = O.reshape(B, H, N, D)
    return O, {"O": O, "L": L.reshape(B, H, N), **kept}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V = cache["Q"], cache["K"], cache["V"]
    B, H, N, D = Q.shape
    scale = 1 / np.sqrt(D)
    dQ, dK, dV = (np.zeros((B * H, N, D), Q.dtype) for _ in range(3))
    L2 = cache["L"].reshape(B * H, N, 1) * LOG2_E
    per_head = zip(*map(_as_heads, (Q, K, V, dO, cache["O"])))

    for g, (q_all, k_all, v_all, do_all, o_all) in enumerate(per_head):
        for i in range(0, N, tile_size):
            rows = slice(i, i + tile_size)
            q, do = q_all[rows], do_all[rows]
            D_i = np.sum(do * o_all[rows], axis=1, keepdims=True)
            dq = np.zeros(q.shape)
            for j in range(0, min(i + tile_size, N) if causal else N, tile_size):
                cols = slice(j, j + tile_size)
                s2 = (q @ k_all[cols].T) * (scale * LOG2_E)
                if causal:
                    s2 = _mask(s2, i, j)
                p = np.exp2(s2 - L2[g, rows])
                ds = p * (do @ v_all[cols].T - D_i) * scale
                dV[g, cols] += p.T @ do
                dK[g, cols] += ds.T @ q
                dq += ds @ k_all[cols]
            dQ[g, rows] = dq
    return tuple(x.reshape(B, H, N, D) for x in (dQ, dK, dV))
