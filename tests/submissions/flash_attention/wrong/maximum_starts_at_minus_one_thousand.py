# mistake: the running maximum starts at -1000 because -inf looked dangerous, and rows far below it underflow | fails: each_row_keeps_its_own_maximum | misconception: none
import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O = np.zeros((B, H, N, D), dtype=Q.dtype)
    L = np.zeros((B, H, N), dtype=Q.dtype)
    n_tiles = int(np.ceil(N / tile_size))
    for qi in range(n_tiles):
        q0, q1 = qi * tile_size, min((qi + 1) * tile_size, N)
        q_tile = Q[:, :, q0:q1, :]
        # -inf - (-inf) would be nan, so start with a very small number
        m = np.full((B, H, q1 - q0, 1), -1000.0, dtype=Q.dtype)
        l = np.zeros((B, H, q1 - q0, 1), dtype=Q.dtype)
        acc = np.zeros((B, H, q1 - q0, D), dtype=Q.dtype)
        for ki in range(n_tiles):
            k0, k1 = ki * tile_size, min((ki + 1) * tile_size, N)
            if causal and k0 > q1 - 1:
                break
            scores = np.matmul(q_tile, K[:, :, k0:k1, :].transpose(0, 1, 3, 2)) / float(np.sqrt(D))
            if causal and k1 - 1 > q0:
                hidden = np.arange(k0, k1)[None, :] > np.arange(q0, q1)[:, None]
                scores[:, :, hidden] = -np.inf
            m_new = np.maximum(m, np.max(scores, axis=-1, keepdims=True))
            alpha = np.exp(m - m_new)
            probs = np.exp(scores - m_new)
            l = alpha * l + np.sum(probs, axis=-1, keepdims=True)
            acc = alpha * acc + np.matmul(probs, V[:, :, k0:k1, :])
            m = m_new
        O[:, :, q0:q1, :] = acc / l
        L[:, :, q0:q1] = m[..., 0] + np.log(l[..., 0])
    return O, {"O": O, "L": L, "Q": Q, "K": K, "V": V}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = cache["Q"], cache["K"], cache["V"], cache["O"], cache["L"]
    B, H, N, D = Q.shape
    scale = float(1.0 / np.sqrt(D))
    dQ = np.zeros((B, H, N, D), dtype=Q.dtype)
    dK = np.zeros((B, H, N, D), dtype=Q.dtype)
    dV = np.zeros((B, H, N, D), dtype=Q.dtype)
    n_tiles = int(np.ceil(N / tile_size))
    for ki in range(n_tiles):
        k0, k1 = ki * tile_size, min((ki + 1) * tile_size, N)
        for qi in range(ki if causal else 0, n_tiles):
            q0, q1 = qi * tile_size, min((qi + 1) * tile_size, N)
            scores = np.matmul(Q[:, :, q0:q1], K[:, :, k0:k1].transpose(0, 1, 3, 2)) * scale
            if causal and qi == ki:
                hidden = np.arange(k0, k1)[None, :] > np.arange(q0, q1)[:, None]
                scores[:, :, hidden] = -np.inf
            probs = np.exp(scores - L[:, :, q0:q1, None])
            dprobs = np.matmul(dO[:, :, q0:q1], V[:, :, k0:k1].transpose(0, 1, 3, 2))
            delta = np.sum(dO[:, :, q0:q1] * O[:, :, q0:q1], axis=-1, keepdims=True)
            dscores = probs * (dprobs - delta) * scale
            dV[:, :, k0:k1] += np.matmul(probs.transpose(0, 1, 3, 2), dO[:, :, q0:q1])
            dQ[:, :, q0:q1] += np.matmul(dscores, K[:, :, k0:k1])
            dK[:, :, k0:k1] += np.matmul(dscores.transpose(0, 1, 3, 2), Q[:, :, q0:q1])
    return dQ, dK, dV
