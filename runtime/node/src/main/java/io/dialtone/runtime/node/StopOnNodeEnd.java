package io.dialtone.runtime.node;

import java.util.List;

/** Ends the process when a node of it must end. Told by the node's threads, asked by the main thread. */
final class StopOnNodeEnd implements NodeEnd {
    private final StopSignal stop;
    private volatile List<String> refusals = List.of();

    StopOnNodeEnd(final StopSignal stop) {
        this.stop = stop;
    }

    @Override
    public void onFault(final Throwable failure) {
        stop.stop(String.valueOf(failure), ExitCode.FAULT);
    }

    @Override
    public void onRefused(final List<String> reasons) {
        refusals = List.copyOf(reasons);
        stop.stop("the check of its service's state", ExitCode.CONFIGURATION);
    }

    @Override
    public void onLeft() {
        stop.stop("a drain: other nodes have its sessions", ExitCode.OK);
    }

    /** The main thread, before it ends: says why the service must not run, as any other wrong setting is said. */
    void throwIfRefused() throws WrongConfigurationException {
        if (!refusals.isEmpty()) {
            final Problems problems = new Problems();
            refusals.forEach(
                    reason -> problems.add(NodeSettings.HANDLER.key() + " cannot run beside what is live: " + reason));
            problems.throwIfAny();
        }
    }
}
