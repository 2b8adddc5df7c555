package io.dialtone.diameter.transport;

import static java.lang.System.Logger.Level.WARNING;

import io.dialtone.diameter.peer.DiameterTransport;
import io.dialtone.diameter.peer.PeerAddress;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.IoEventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes connections to peers. Called only by the loop's thread, and before it runs by the one that furnishes it. */
final class Dialler {
    private static final System.Logger LOG = System.getLogger(Dialler.class.getName());

    private final Connections connections;
    private final Supplier<? extends Channel> connector;
    private final IoEventLoop netty;
    private final NameLookup names;
    /** Who was dialled before the loop ran, by whoever furnished it. */
    private final List<Runnable> early = new ArrayList<>();

    private boolean isStarted;
    private boolean isSctpSaid;
    private boolean isTlsSaid;

    /** Of several addresses of a name another one is tried each time. */
    private int attempts;

    Dialler(
            final Connections connections,
            final Supplier<? extends Channel> connector,
            final IoEventLoop netty,
            final NameLookup names) {
        this.connections = connections;
        this.connector = connector;
        this.netty = netty;
        this.names = names;
    }

    /**
     * Begins to connect.
     *
     * @param name of the peer, which it is told by TLS
     * @param opening who waits for it; may be called before this returns
     */
    void dial(final PeerAddress address, final String name, final Opening opening) {
        if (!isStarted) {
            early.add(() -> dial(address, name, opening));
            return;
        }
        if (address.transport() == DiameterTransport.SCTP) {
            if (!isSctpSaid) {
                isSctpSaid = true;
                LOG.log(WARNING, "{0} is not dialled: {1}", address, Sctp.reason());
            }
            refuse(opening);
            return;
        }
        if (address.transport() == DiameterTransport.TLS && !connections.hasTls()) {
            if (!isTlsSaid) {
                isTlsSaid = true;
                LOG.log(WARNING, "{0} is not dialled: there are no certificates for TLS", address);
            }
            refuse(opening);
            return;
        }
        final InetAddress literal = literal(address.host());
        if (literal != null) {
            connect(new InetSocketAddress(literal, address.port()), address.transport(), name, opening);
            return;
        }
        names.lookUp(address.host(), found -> {
            if (found.isEmpty()) {
                connections.count(IoCounter.UNKNOWN_NAMES);
                opening.onFailed(connections.nowNs());
            } else {
                final InetAddress one = found.get(Math.floorMod(attempts, found.size()));
                attempts++;
                connect(new InetSocketAddress(one, address.port()), address.transport(), name, opening);
            }
        });
    }

    /** Whoever waits for a connection will not get one. */
    void refuse(final Opening opening) {
        if (!isStarted) {
            early.add(() -> refuse(opening));
            return;
        }
        connections.count(IoCounter.DIALS_REFUSED);
        opening.onFailed(connections.nowNs());
    }

    /** The loop runs: who was dialled before is dialled now. */
    void start() {
        isStarted = true;
        early.forEach(Runnable::run);
        early.clear();
    }

    private void connect(
            final InetSocketAddress to, final DiameterTransport transport, final String name, final Opening opening) {
        if (!connections.hasPlace()) {
            refuse(opening);
            return;
        }
        connections.count(IoCounter.DIALS);
        final boolean isTls = transport == DiameterTransport.TLS;
        final Channel channel = connector.get();
        final TcpConnection connection = new TcpConnection(connections, channel, opening, to, true, isTls, name);
        connections.begin(connection, channel, isTls, netty);
        final ChannelFuture _ = channel.connect(to).addListener(done -> {
            if (!done.isSuccess()) {
                connection.fail(IoCounter.DIAL_FAILURES);
            }
        });
    }

    private static @Nullable InetAddress literal(final String host) {
        try {
            return InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException _) {
            return null;
        }
    }
}
