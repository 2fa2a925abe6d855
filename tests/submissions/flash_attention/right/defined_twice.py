# style: first draft left in the file, both names are defined again below and the last one counts
import numpy as np


def tile_borders(N, tile_size):
    return list(range(0, N, tile_size))


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


# --- attempt 1: plain attention, to have something to compare with ------------------
def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(Q.shape[-1])
    if causal:
        S = np.where(np.tri(Q.shape[2], dtype=bool), S, -np.inf)
    return softmax(S) @ V


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    raise NotImplementedError("later")


# --- attempt 2: tiled -----------------------------------------------------------------
def tile_borders(N, tile_size):  # noqa: F811
    edges = [*range(0, N, tile_size), N]
    return list(zip(edges[:-1], edges[1:]))


def flash_attention_fwd(Q, K, V, tile_size, causal=True):  # noqa: F811
    B, H, N, D = Q.shape
    O = np.zeros((B, H, N, D), Q.dtype)
    L = np.zeros((B, H, N))
    borders = tile_borders(N, tile_size)
    for qi, (a, z) in enumerate(borders):
        q = Q[..., a:z, :]
        m = np.full((B, H, z - a), -np.inf)
        l = np.zeros_like(m)
        acc = np.zeros((B, H, z - a, D))
        for kj, (s, e) in enumerate(borders):
            if causal and kj > qi:
                continue
            S = q @ K[..., s:e, :].transpose(0, 1, 3, 2) / np.sqrt(D)
            if causal and kj == qi:
                S = np.where(np.tri(z - a, dtype=bool), S, -np.inf)
            m_old = m
            m = np.maximum(m_old, S.max(-1))
            P = np.exp(S - m[..., None])
            l = l * np.exp(m_old - m) + P.sum(-1)
            acc = acc * np.exp(m_old - m)[..., None] + P @ V[..., s:e, :]
        O[..., a:z, :] = acc / l[..., None]
        L[..., a:z] = m + np.log(l)
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):  # noqa: F811
    O, L, Q, K, V = cache["O"], cache["L"], cache["Q"], cache["K"], cache["V"]
    B, H, N, D = Q.shape
    dQ = np.zeros((B, H, N, D), Q.dtype)
    dK = np.zeros((B, H, N, D), Q.dtype)
    dV = np.zeros((B, H, N, D), Q.dtype)
    delta = (dO * O).sum(-1)
    borders = tile_borders(N, tile_size)
    for qi, (a, z) in enumerate(borders):
        for kj, (s, e) in enumerate(borders):
            if causal and kj > qi:
                continue
            q, k, v, do = Q[..., a:z, :], K[..., s:e, :], V[..., s:e, :], dO[..., a:z, :]
            P = np.exp(q @ k.transpose(0, 1, 3, 2) / np.sqrt(D) - L[..., a:z, None])
            if causal and kj == qi:
                P = np.tril(P)
            dP = do @ v.transpose(0, 1, 3, 2)
            dS = P * (dP - delta[..., a:z, None]) / np.sqrt(D)
            dV[..., s:e, :] += P.transpose(0, 1, 3, 2) @ do
            dQ[..., a:z, :] += dS @ k
            dK[..., s:e, :] += dS.transpose(0, 1, 3, 2) @ q
    return dQ, dK, dV
