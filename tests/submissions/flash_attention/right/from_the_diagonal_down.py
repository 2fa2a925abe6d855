# style: query tiles from the last, key tiles from the diagonal down, a finite mask, np.add.at
import numpy as np

LOW = -1e30  # stands for -inf: exp(LOW - m) is 0 as well, and LOW - LOW is no NaN


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    *lead, n, d = Q.shape
    dtype = Q.dtype
    flat = [x.reshape(-1, n, d) for x in (Q, K, V)]
    O = np.zeros((len(flat[0]), n, d), dtype)
    L = np.zeros((len(flat[0]), n), dtype)
    starts = np.arange(0, n, tile_size)
    for at in starts[::-1]:
        rows = np.arange(at, min(at + tile_size, n))
        q = flat[0][:, rows] / dtype.type(np.sqrt(d))
        m = np.full((len(q), len(rows)), LOW, dtype)
        l = np.zeros_like(m)
        acc = np.zeros_like(q)
        # 1. exp(m - new) < 1 shrinks the old sums to the new scale; its inverse would let them
        #    grow. 2. m = LOW, l = the number of hidden keys: wrong, and only undone because the
        #    factor exp(LOW - new) is 0 later. It cannot happen: the diagonal tile comes first.
        for start in starts[starts <= at][::-1] if causal else starts[::-1]:
            cols = np.arange(start, min(start + tile_size, n))
            k, v = flat[1][:, cols], flat[2][:, cols]
            s = q @ k.transpose(0, 2, 1)
            if causal and start == at:
                s = np.where(cols <= rows[:, None], s, dtype.type(LOW))
            new = np.maximum(m, s.max(axis=-1))
            p = np.exp(s - new[..., None])
            c = np.exp(m - new)
            l *= c
            l += p.sum(axis=-1)
            acc *= c[..., None]
            acc += p @ v
            m = new
        O[:, rows] = acc / l[..., None]
        L[:, rows] = m + np.log(l)
    O, L = O.reshape(Q.shape), L.reshape(Q.shape[:-1])
    return O, {"O": O, "L": L, "Q": Q, "K": K, "V": V, "tile_size": tile_size}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in "QKVOL")
    n, d = Q.shape[2:]
    dtype = Q.dtype
    scale = dtype.type(1 / np.sqrt(d))
    grads = {name: np.zeros(Q.shape, dtype) for name in "QKV"}
    D = (dO * O).sum(-1, keepdims=True)
    starts = np.arange(0, n, tile_size)
    for at in starts[::-1]:
        rows = np.arange(at, min(at + tile_size, n))
        q, do = Q[:, :, rows], dO[:, :, rows]
        for start in starts[starts <= at][::-1] if causal else starts[::-1]:
            cols = np.arange(start, min(start + tile_size, n))
            k, v = K[:, :, cols], V[:, :, cols]
            s = scale * (q @ k.swapaxes(2, 3))
            if causal and start == at:
                s = np.where(cols <= rows[:, None], s, dtype.type(LOW))
            p = np.exp(s - L[:, :, rows, None])
            ds = scale * p * (do @ v.swapaxes(2, 3) - D[:, :, rows])
            np.add.at(grads["Q"], np.s_[:, :, rows], ds @ k)
            np.add.at(grads["K"], np.s_[:, :, cols], ds.swapaxes(2, 3) @ q)
            np.add.at(grads["V"], np.s_[:, :, cols], p.swapaxes(2, 3) @ do)
    return grads["Q"], grads["K"], grads["V"]
