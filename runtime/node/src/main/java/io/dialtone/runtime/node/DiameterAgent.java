package io.dialtone.runtime.node;

import io.dialtone.diameter.peer.DisconnectCause;
import io.dialtone.diameter.peer.Peer;
import io.dialtone.diameter.peer.PeerConfig;
import io.dialtone.diameter.peer.PeerDoor;
import io.dialtone.diameter.peer.PeerSpec;
import io.dialtone.diameter.peer.PeerTable;
import io.dialtone.diameter.peer.PeerTransport;
import io.dialtone.diameter.routing.LocalRequests;
import io.dialtone.diameter.routing.Relay;
import io.dialtone.diameter.routing.RelayConfig;
import io.dialtone.diameter.routing.RouteTable;
import io.dialtone.diameter.transport.DiameterIo;
import io.dialtone.diameter.transport.DiameterIoConfig;
import io.dialtone.diameter.transport.LoopRooms;
import io.dialtone.diameter.transport.Turn;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A relay with its peers on their loop, and the way in for those who look at it or change it. Any thread may call it: whatever touches peers is done by the loop's thread, and waited for.
 */
final class DiameterAgent implements AutoCloseable {
    /** A loop has a turn each few milliseconds; who waits longer would wait for ever. */
    private static final long ANSWER_MS_MAX = 2_000;

    private static final long PARTING_LOOK_MS = 5;

    private final DiameterIo io;
    private final Relay relay;
    private final PeerDoor door;

    private DiameterAgent(final DiameterIo io, final Rooms rooms) {
        this.io = io;
        this.relay = rooms.relay();
        this.door = rooms.door();
    }

    /** What stands on the loop, once it was furnished. */
    private record Rooms(Relay relay, PeerDoor door) {}

    /** Furnishes the one loop. Called by the thread that starts the transport. */
    private static final class Furnisher implements LoopRooms.Factory {
        private final PeerConfig peers;
        private final RelayConfig config;
        private final RouteTable routes;
        private final CompletableFuture<Rooms> furnished = new CompletableFuture<>();

        Furnisher(final PeerConfig peers, final RelayConfig config, final RouteTable routes) {
            this.peers = peers;
            this.config = config;
            this.routes = routes;
        }

        @Override
        public LoopRooms create(final int loop, final PeerTransport transport, final long nowNs) {
            final Relay relay = new Relay(config, LocalRequests.NONE, nowNs);
            relay.routes(routes);
            final PeerDoor door = new PeerDoor(peers, transport, relay);
            furnished.complete(new Rooms(relay, door));
            return new LoopRooms(door, new RelayTurn(relay, nowNs));
        }
    }

    /** The relay's share of a turn. Called only by the loop's thread. */
    private static final class RelayTurn implements Turn {
        private final Relay relay;
        private long nowNs;

        RelayTurn(final Relay relay, final long nowNs) {
            this.relay = relay;
            this.nowNs = nowNs;
        }

        @Override
        public int doWork(final long now) {
            nowNs = now;
            return relay.doWork(now, Relay.WORK_MAX);
        }

        @Override
        public long nextDeadlineNs() {
            return relay.nextDeadlineNs(nowNs);
        }
    }

    /** Listens, and dials the peers. */
    static DiameterAgent start(
            final DiameterIoConfig io,
            final PeerConfig config,
            final RelayConfig relay,
            final RouteTable routes,
            final List<PeerSpec> peers)
            throws IOException {
        final Furnisher furnisher = new Furnisher(config, relay, routes);
        final DiameterIo transport = DiameterIo.start(io, furnisher);
        final DiameterAgent agent = new DiameterAgent(transport, furnisher.furnished.join());
        agent.onLoop(table -> {
            final long nowNs = System.nanoTime();
            peers.forEach(peer -> table.add(peer, nowNs));
            return peers.size();
        });
        return agent;
    }

    DiameterIo io() {
        return io;
    }

    Relay relay() {
        return relay;
    }

    PeerDoor door() {
        return door;
    }

    /** Has something done with the peers by the thread that owns them, and waits for it. */
    <T> T onLoop(final Function<PeerTable, T> action) {
        final CompletableFuture<T> done = new CompletableFuture<>();
        final boolean taken = io.submit(() -> {
            try {
                done.complete(action.apply(door.peers()));
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        if (!taken) {
            throw new IllegalStateException("the loop takes no commands: too many wait, or it has ended");
        }
        try {
            return done.get(ANSWER_MS_MAX, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IllegalArgumentException refusal) {
                throw refusal;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("the loop has not answered within " + ANSWER_MS_MAX + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the loop was asked", e);
        }
    }

    /** Takes a peer out of use; false if there is none of this name. */
    boolean drain(final String host, final DisconnectCause cause) {
        return onPeer(host, peer -> peer.drain(cause, System.nanoTime()));
    }

    /** Uses a peer again, and dials it if we do that at all; false if there is none of this name. */
    boolean connect(final String host) {
        return onPeer(host, peer -> peer.connect(System.nanoTime()));
    }

    private boolean onPeer(final String host, final Consumer<Peer> action) {
        return onLoop(table -> {
            final Optional<Peer> peer = table.find(host);
            peer.ifPresent(action);
            return peer.isPresent();
        });
    }

    /** Parts from all peers: lets what is under way end, says why, and waits for it, but not for longer than that may take. */
    void part(final DisconnectCause cause, final long longestMs) throws InterruptedException {
        onLoop(table -> {
            door.stop(cause, System.nanoTime());
            return true;
        });
        final long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(longestMs);
        while (io.isAlive() && System.nanoTime() - endNs < 0 && !onLoop(table -> door.isStopped())) {
            Thread.sleep(PARTING_LOOK_MS);
        }
    }

    /** Whether any peer can be sent to. */
    boolean hasUsablePeer() {
        return onLoop(table -> table.all().stream().anyMatch(Peer::isUsable));
    }

    @Override
    public void close() {
        io.close();
    }
}
