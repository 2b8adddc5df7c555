package io.dialtone.runtime.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Nodes of a host as a test wants them; writes down what they are told. Any thread may call it. */
final class StandingNodes implements HostNodes {
    private final Map<Integer, Long> registry = new ConcurrentHashMap<>();
    private final Map<Integer, Long> sessions = new ConcurrentHashMap<>();
    private final List<String> hints = new CopyOnWriteArrayList<>();
    private volatile List<HostWatch.Node> nodes = List.of();

    /** What process the registry knows of a member. */
    StandingNodes registry(final int member, final long incarnation) {
        registry.put(member, incarnation);
        return this;
    }

    /** A node that is watched, and is this process. */
    StandingNodes watched(final int member, final long incarnation, final long itsSessions) {
        final List<HostWatch.Node> all = new ArrayList<>(nodes);
        all.add(new HostWatch.Node(member, incarnation, ProcessHandle.current().pid()));
        nodes = List.copyOf(all);
        sessions.put(member, itsSessions);
        return registry(member, incarnation);
    }

    List<String> hints() {
        return List.copyOf(hints);
    }

    @Override
    public List<HostWatch.Node> nodes() {
        return nodes;
    }

    @Override
    public long sessionsOf(final int member) {
        return sessions.getOrDefault(member, 0L);
    }

    @Override
    public long incarnationOf(final int member) {
        return registry.getOrDefault(member, 0L);
    }

    @Override
    public void hint(final int member, final long incarnation) {
        hints.add(member + "/" + Long.toHexString(incarnation));
    }
}
