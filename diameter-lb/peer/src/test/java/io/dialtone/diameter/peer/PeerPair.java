package io.dialtone.diameter.peer;

import io.dialtone.diameter.codec.DiameterLimits;
import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.codec.ParseResult;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Two of our doors that know each other, and a network in memory between them that delivers in an order drawn from a seed: bytes of a connection stay in order,
 * all else does not. Dials may fail and connections break until {@link #calm()}.
 */
final class PeerPair {
    private static final long MS = 1_000_000;

    private final Random random;
    private final Side[] sides = new Side[2];
    private final List<Runnable> underWay = new ArrayList<>();
    private final List<End> ends = new ArrayList<>();
    private final List<String> diary = new ArrayList<>();
    private long nowNs = 3_000 * MS;
    private boolean rough = true;
    private long links;

    PeerPair(final long seed, final int connections) {
        this.random = new Random(seed);
        final String[] hosts = {"alpha.example.net", "zulu.example.net"};
        for (int i = 0; i < 2; i++) {
            sides[i] = new Side(i, hosts[i], seed + i);
        }
        for (int i = 0; i < 2; i++) {
            sides[i].peer =
                    sides[i].door.peers().add(PeerHarness.spec(hosts[1 - i]).withConnectionsMax(connections), nowNs);
        }
    }

    /** One of the two nodes. */
    private final class Side implements PeerTransport {
        final int number;
        final PeerDoor door;
        final RecordingListener listener = new RecordingListener();

        @Nullable
        Peer peer;

        Side(final int number, final String host, final long seed) {
            this.number = number;
            this.door = new PeerDoor(PeerConfig.of(PeerHarness.local(host), seed), this, listener);
        }

        @Override
        public void dial(final PeerSpec to, final DialTicket ticket) {
            underWay.add(() -> {
                if (rough && random.nextInt(4) == 0) {
                    note(number + " fails to dial");
                    door.onDialFailed(ticket, nowNs);
                    return;
                }
                connect(this, sides[1 - number], ticket);
            });
        }
    }

    /** One end of a connection; both have its number. */
    private final class End implements PeerConnection {
        final Side side;
        final long link;
        final Deque<Runnable> inbound = new ArrayDeque<>();

        @Nullable
        End other;

        @Nullable
        PeerSession session;

        boolean closed;

        End(final Side side, final long link) {
            this.side = side;
            this.link = link;
        }

        @Override
        public long id() {
            return link;
        }

        @Override
        public boolean send(final DirectBuffer buffer, final int offset, final int length) {
            final End to = other;
            if (closed || to == null) {
                return false;
            }
            final UnsafeBuffer copy = new UnsafeBuffer(new byte[length]);
            copy.putBytes(0, buffer, offset, length);
            to.inbound.add(() -> to.receive(copy));
            return true;
        }

        private void receive(final UnsafeBuffer bytes) {
            final DiameterMessage message = new DiameterMessage(DiameterLimits.defaults());
            if (message.parse(bytes, 0, bytes.capacity()) != ParseResult.COMPLETE) {
                throw new AssertionError("malformed: " + message.malformation());
            }
            note(side.number + " hears " + message.commandCode() + (message.isRequest() ? "R" : "A") + " by " + link);
            if (session != null && !closed) {
                session.onMessage(message, nowNs);
            }
        }

        @Override
        public int queuedBytes() {
            return 0;
        }

        @Override
        public void close(final CloseCause cause) {
            if (!closed) {
                closed = true;
                note(side.number + " closes " + link + " " + cause);
                final End to = other;
                if (to != null) {
                    to.inbound.add(to::breakOff);
                }
            }
        }

        private void breakOff() {
            if (!closed && session != null) {
                closed = true;
                note(side.number + " sees the end of " + link);
                session.onClosed(nowNs);
            }
        }

        @Override
        public String remote() {
            return "link " + link;
        }

        @Override
        public boolean isSecure() {
            return false;
        }

        @Override
        public List<String> certificateNames() {
            return List.of();
        }
    }

    private void connect(final Side from, final Side to, final DialTicket ticket) {
        final long link = links++;
        final End dialling = new End(from, link);
        final End accepting = new End(to, link);
        dialling.other = accepting;
        accepting.other = dialling;
        ends.add(dialling);
        ends.add(accepting);
        underWay.add(() -> {
            note(to.number + " accepts " + link);
            accepting.session = to.door.onAccepted(accepting, nowNs);
        });
        underWay.add(() -> {
            note(from.number + " has dialled " + link);
            dialling.session = from.door.onDialled(ticket, dialling, nowNs);
        });
    }

    private void note(final String what) {
        diary.add((nowNs / MS) + " " + what);
    }

    /** Lets one thing happen, whichever; false if nothing is under way. */
    private boolean step() {
        final List<Deque<Runnable>> ready = new ArrayList<>();
        for (final End end : ends) {
            if (end.session != null && !end.inbound.isEmpty()) {
                ready.add(end.inbound);
            }
        }
        final int choices = underWay.size() + ready.size();
        if (choices == 0) {
            return false;
        }
        final int chosen = random.nextInt(choices);
        if (chosen < underWay.size()) {
            underWay.remove(chosen).run();
        } else {
            ready.get(chosen - underWay.size()).remove().run();
        }
        ends.removeIf(end -> end.closed && end.other != null && end.other.closed);
        return true;
    }

    private void work() {
        for (final Side side : sides) {
            side.door.doWork(nowNs);
        }
    }

    /** Things happen, time passes in between, connections break now and then. */
    void storm(final int steps) {
        for (int i = 0; i < steps; i++) {
            work();
            if (!step() || random.nextInt(3) == 0) {
                nowNs += random.nextLong(200 * MS);
            }
            if (random.nextInt(20) == 0 && !ends.isEmpty()) {
                final End end = ends.get(random.nextInt(ends.size()));
                if (end.session != null && !end.closed) {
                    end.breakOff();
                    final End to = end.other;
                    if (to != null) {
                        to.inbound.add(to::breakOff);
                    }
                }
            }
        }
    }

    /** From now on nothing fails; lets a minute and a half pass. */
    void calm() {
        rough = false;
        final long untilNs = nowNs + 90_000 * MS;
        while (nowNs - untilNs < 0) {
            work();
            while (step()) {
                work();
            }
            long nextNs = untilNs;
            for (final Side side : sides) {
                final long its = side.door.nextDeadlineNs();
                if (its != Long.MAX_VALUE && its - nextNs < 0) {
                    nextNs = its;
                }
            }
            nowNs = Math.max(nextNs, nowNs + 1);
        }
    }

    /** The connections that a side holds to be open. */
    Set<String> open(final int side) {
        final Set<String> result = new TreeSet<>();
        final Peer peer = sides[side].peer;
        if (peer != null) {
            for (final ConnectionStatus each : peer.connections()) {
                if (each.state() == PeerState.I_OPEN || each.state() == PeerState.R_OPEN) {
                    result.add(each.remote());
                }
            }
        }
        return result;
    }

    boolean isUsable(final int side) {
        final Peer peer = sides[side].peer;
        return peer != null && peer.isUsable();
    }

    long count(final PeerCounter counter) {
        return sides[0].door.counters().get(counter) + sides[1].door.counters().get(counter);
    }

    String diary() {
        return String.join("\n", diary);
    }
}
