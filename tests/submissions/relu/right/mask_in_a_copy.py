# style: a mask assigned into a copy
def relu(x):
    out = x.clone()
    out[x < 0] = 0
    return out
