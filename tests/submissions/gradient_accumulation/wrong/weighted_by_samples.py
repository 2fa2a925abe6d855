# mistake: each loss has the share of its samples in the full batch, which is the other reading of the mean | fails: unequal_micro_batches_count_alike | misconception: none
def accumulated_step(model, optimizer, loss_fn, micro_batches):
    samples = sum(x.shape[0] for x, _ in micro_batches)
    optimizer.zero_grad()
    mean = 0.0
    for x, y in micro_batches:
        weighted = loss_fn(model(x), y) * (x.shape[0] / samples)
        weighted.backward()
        mean += float(weighted)
    optimizer.step()
    return mean
