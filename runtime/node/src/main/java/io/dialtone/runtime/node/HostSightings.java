package io.dialtone.runtime.node;

import io.dialtone.runtime.link.LinkMember;
import io.dialtone.state.api.MemberFigures;
import io.dialtone.state.api.MemberProcess;
import io.dialtone.state.api.MembershipListener;
import io.dialtone.state.api.WatchedProcesses;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which hosts and nodes are there, as hosts tell each other: a table for operators, events in words, and hints for this host's nodes. The membership's thread tells it; any
 * thread may read.
 *
 * <p>Whoever is on the membership's network can say anything. So only processes of the cluster's file have a line, a node is believed to a host that the file puts it on, and a hint is passed
 * on only about the process that the registry knows, once for each thing that was seen. Those who get it believe it only if they miss that process's beats, too.
 */
final class HostSightings implements MembershipListener {
    /** So many events are kept. */
    static final int EVENTS_MAX = 32;

    private static final System.Logger LOGGER = System.getLogger(HostSightings.class.getName());

    /** How a process was last seen. */
    enum State {
        /** Not at all, or not any more without a reason that is known here. */
        UNSEEN,
        /** It is there. */
        THERE,
        /** It, or its host, is not there any more and has not said goodbye. */
        LOST,
        /** It was seen to end, or said that it ends. */
        ENDED
    }

    /**
     * A line of the table.
     *
     * @param since when it became so
     * @param admin where its admin server listens, on its machine; empty if nobody said
     * @param loadPercent of the processors of its machine
     */
    record Sight(
            String name,
            MemberProcess.Role role,
            String host,
            State state,
            Instant since,
            String admin,
            int loadPercent,
            long sessions) {}

    /** One process, now and before. */
    private static final class Seen {
        final int number;
        final String name;
        final MemberProcess.Role role;
        final String host;
        State state = State.UNSEEN;
        Instant since;
        long incarnation;
        String admin = "";
        int loadPercent;
        long sessions;

        Seen(
                final int number,
                final String name,
                final MemberProcess.Role role,
                final String host,
                final Instant since) {
            this.number = number;
            this.name = name;
            this.role = role;
            this.host = host;
            this.since = since;
        }

        boolean is(final State what, final long process) {
            return state == what && incarnation == process;
        }
    }

    private final KnownProcesses known;
    private final String self;
    private final HostNodes nodes;
    private final Clock clock;
    private final Map<Integer, Seen> seen = new TreeMap<>();
    private final Map<DeathHint, Long> hints = new EnumMap<>(DeathHint.class);
    private final Deque<GridEvents.Event> events = new ArrayDeque<>();
    private long hintsPassed;
    private long strangers;

    /**
     * Nobody has been seen yet.
     *
     * @param self the name of this host
     */
    HostSightings(final KnownProcesses known, final String self, final HostNodes nodes, final Clock clock) {
        this.known = known;
        this.self = self;
        this.nodes = nodes;
        this.clock = clock;
        for (final String host : known.hosts()) {
            add(known.numberOf(host), host, MemberProcess.Role.HOST, host);
            for (final LinkMember node : known.nodesOn(host)) {
                add(node.number(), node.name(), MemberProcess.Role.NODE, host);
            }
        }
    }

    private void add(final int number, final String name, final MemberProcess.Role role, final String host) {
        seen.put(number, new Seen(number, name, role, host, clock.instant()));
    }

    /** This host itself, which nobody else has to say. */
    synchronized void onSelf(final MemberProcess process) {
        become(process);
    }

    @Override
    public synchronized void onJoined(final MemberProcess process) {
        final Seen host = seen.get(process.number());
        if (host == null
                || host.role != process.role()
                || !host.name.equals(process.name())
                || host.name.equals(self)) {
            if (strangers++ == 0) {
                note(
                        System.Logger.Level.WARNING,
                        "a stranger says that it is host " + process.name()
                                + ", which this cluster's file does not name, or is this one; further ones are only counted. Maybe"
                                + " the files differ, or another cluster has the same "
                                + DiscoverySettings.CLUSTER.key());
            }
            return;
        }
        become(process);
        note(System.Logger.Level.INFO, "host " + host.name + " is there");
    }

    private void become(final MemberProcess process) {
        final Seen host = seen.get(process.number());
        if (host != null) {
            turn(host, State.THERE, process.incarnation());
            host.admin = process.adminAddress();
        }
    }

    @Override
    public synchronized void onDeathHint(final int number, final long incarnation, final DeathHint why) {
        hints.merge(why, 1L, Long::sum);
        final Seen process = seen.get(number);
        if (process == null) {
            return;
        }
        if (process.role == MemberProcess.Role.HOST) {
            onHostHint(process, incarnation, why);
        } else if (why == DeathHint.EXIT_SEEN) {
            onNodeExit(process, incarnation);
        }
    }

    private void onHostHint(final Seen host, final long incarnation, final DeathHint why) {
        if (!host.is(State.THERE, incarnation) || host.name.equals(self)) {
            return;
        }
        switch (why) {
            case LOST -> {
                turn(host, State.LOST, incarnation);
                note(System.Logger.Level.WARNING, "host " + host.name + " is gone: LOST");
                for (final LinkMember node : known.nodesOn(host.name)) {
                    turnNode(node, State.LOST);
                    pass(node.number(), nodes.incarnationOf(node.number()), host.name);
                }
            }
            case SAID_GOODBYE -> {
                turn(host, State.ENDED, incarnation);
                note(System.Logger.Level.INFO, "host " + host.name + " has ended, as it said");
                known.nodesOn(host.name).forEach(node -> turnNode(node, State.UNSEEN));
            }
            case REPLACED -> note(System.Logger.Level.INFO, "host " + host.name + " was started again");
            case EXIT_SEEN -> {
                // Nobody watches hosts.
            }
        }
    }

    private void turnNode(final LinkMember node, final State state) {
        final Seen process = seen.get(node.number());
        if (process != null && process.state == State.THERE) {
            turn(process, state, process.incarnation);
        }
    }

    /** Said by any host: believed of a process that was there, once. */
    private void onNodeExit(final Seen node, final long incarnation) {
        final boolean isKnown = incarnation == node.incarnation || incarnation == nodes.incarnationOf(node.number);
        if (incarnation == 0 || !isKnown || node.is(State.ENDED, incarnation)) {
            return;
        }
        turn(node, State.ENDED, incarnation);
        note(System.Logger.Level.INFO, node.name + " on " + node.host + " has ended: EXIT_SEEN");
        if (incarnation == nodes.incarnationOf(node.number)) {
            pass(node.number, incarnation, node.host);
        }
    }

    /** This host's own nodes are watched better. */
    private void pass(final int number, final long incarnation, final String host) {
        if (incarnation != 0 && !host.equals(self)) {
            nodes.hint(number, incarnation);
            hintsPassed++;
        }
    }

    @Override
    public synchronized void onLeft(final MemberProcess process) {
        final Seen host = seen.get(process.number());
        if (host != null && host.is(State.THERE, process.incarnation())) {
            turn(host, State.UNSEEN, process.incarnation());
            known.nodesOn(host.name).forEach(node -> turnNode(node, State.UNSEEN));
            note(System.Logger.Level.INFO, "host " + host.name + " is not seen from here any more");
        }
    }

    /** What all hosts last said of themselves and of the nodes that they watch. */
    synchronized void onFigures(final List<MemberFigures> hosts, final List<WatchedProcesses> watched) {
        for (final MemberFigures figures : hosts) {
            final Seen host = seen.get(figures.number());
            if (host != null && host.role == MemberProcess.Role.HOST && host.is(State.THERE, figures.incarnation())) {
                host.loadPercent = figures.loadPercent();
                host.sessions = figures.sessions();
            }
        }
        final List<Integer> there = new ArrayList<>();
        for (final WatchedProcesses watch : watched) {
            final Seen host = seen.get(watch.watcher());
            if (host != null && host.is(State.THERE, watch.incarnation())) {
                watch.processes().forEach(figures -> onNode(host, figures, there));
            }
        }
        for (final Seen process : seen.values()) {
            if (process.role == MemberProcess.Role.NODE
                    && process.state == State.THERE
                    && !there.contains(process.number)) {
                turn(process, State.UNSEEN, process.incarnation);
            }
        }
    }

    private void onNode(final Seen host, final MemberFigures figures, final List<Integer> there) {
        final Seen node = seen.get(figures.number());
        if (node == null
                || node.role != MemberProcess.Role.NODE
                || !node.host.equals(host.name)
                || node.is(State.ENDED, figures.incarnation())) { // said before its end was
            return;
        }
        there.add(node.number);
        if (!node.is(State.THERE, figures.incarnation())) {
            turn(node, State.THERE, figures.incarnation());
        }
        node.loadPercent = figures.loadPercent();
        node.sessions = figures.sessions();
    }

    private void turn(final Seen process, final State state, final long incarnation) {
        process.state = state;
        process.incarnation = incarnation;
        process.since = clock.instant();
        process.loadPercent = 0;
        process.sessions = 0;
    }

    private void note(final System.Logger.Level level, final String what) {
        LOGGER.log(level, "membership: {0}", what);
        if (events.size() == EVENTS_MAX) {
            events.removeFirst();
        }
        events.addLast(new GridEvents.Event(clock.instant(), what));
    }

    /** The table: nodes in the order of their numbers, then hosts. */
    synchronized List<Sight> list() {
        return seen.values().stream()
                .map(each -> new Sight(
                        each.name,
                        each.role,
                        each.host,
                        each.state,
                        each.since,
                        each.admin,
                        each.loadPercent,
                        each.sessions))
                .toList();
    }

    /** How many of a role are there. */
    synchronized long there(final MemberProcess.Role role) {
        return seen.values().stream()
                .filter(each -> each.role == role && each.state == State.THERE)
                .count();
    }

    /** How many there could be by the cluster's file. */
    synchronized long named(final MemberProcess.Role role) {
        return seen.values().stream().filter(each -> each.role == role).count();
    }

    /** The last events, oldest first. */
    synchronized List<GridEvents.Event> events() {
        return new ArrayList<>(events);
    }

    /** How many hints there were of that kind. */
    synchronized long hints(final DeathHint why) {
        return hints.getOrDefault(why, 0L);
    }

    /** How many hints were passed on to this host's nodes. */
    synchronized long hintsPassed() {
        return hintsPassed;
    }

    /** How many joined that the cluster's file does not name. */
    synchronized long strangers() {
        return strangers;
    }
}
