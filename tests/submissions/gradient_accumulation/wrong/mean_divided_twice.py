# mistake: the losses that are added up are divided by the number of micro-batches already, and the sum is divided once more | fails: the_mean_loss_is_returned | misconception: none
def accumulated_step(model, optimizer, loss_fn, micro_batches):
    steps = len(micro_batches)
    running = []
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        outputs = model(inputs)
        loss = loss_fn(outputs, targets)
        loss /= steps
        loss.backward()
        running.append(loss.item())
    optimizer.step()
    return sum(running) / steps
